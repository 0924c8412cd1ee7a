import { mustRun } from './must-run.ts';

/** Writes the content of a folder as a layer of an image: a tar file, the same for the same content. */
export async function writeLayer(folder: string, layer: string): Promise<void> {
  const reproducible = ['--sort=name', '--mtime=@0', '--numeric-owner', '--format=gnu'];
  await mustRun(['tar', ...reproducible, '--directory', folder, '--create', '--file', layer, '.']);
}
