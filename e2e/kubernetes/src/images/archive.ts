// Images without a registry: an archive as `docker save` writes it, from layers that are tar files. A layer that several
// images share is in it once.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun } from '@muster/provision';
import { temporaryFolder } from '@muster/testkit';

export interface Image {
  /** As `localhost/muster:test`. */
  readonly name: string;
  /** Paths of tar files, lowest first. */
  readonly layers: readonly string[];
  readonly entrypoint?: readonly string[];
  /** Arguments of the entry point, or the program where there is none. */
  readonly command?: readonly string[];
  /** NAME=value. */
  readonly env?: readonly string[];
  /** UID:GID; root without it. */
  readonly user?: string;
  readonly workDir?: string;
}

const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

async function digest(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

function configOf({ env = [], workDir = '/', entrypoint, command, user }: Image, layers: readonly string[]): string {
  const hasPath = env.some((each) => each.startsWith('PATH='));
  return JSON.stringify({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: {
      Env: [...(hasPath ? [] : [path]), ...env],
      WorkingDir: workDir,
      Entrypoint: entrypoint,
      Cmd: command,
      User: user,
    },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${layer}`) },
    history: layers.map(() => ({ created_by: 'muster' })),
  });
}

/** Writes one archive of all the images. */
export async function writeArchive(images: readonly Image[], archive: string): Promise<void> {
  await using folder = await temporaryFolder('archive');
  const digests = new Map<string, string>();
  for (const layer of new Set(images.flatMap(({ layers }) => layers))) {
    const name = await digest(layer);
    const isNew = ![...digests.values()].includes(name);
    digests.set(layer, name);
    if (!isNew) continue;
    await mkdir(join(folder.path, name));
    await symlink(layer, join(folder.path, name, 'layer.tar'));
  }
  const manifest = [];
  for (const image of images) {
    const layers = image.layers.map((layer) => digests.get(layer)!);
    const config = configOf(image, layers);
    const configName = `${createHash('sha256').update(config).digest('hex')}.json`;
    await writeFile(join(folder.path, configName), config);
    manifest.push({
      Config: configName,
      RepoTags: [image.name],
      Layers: layers.map((layer) => `${layer}/layer.tar`),
    });
  }
  await writeFile(join(folder.path, 'manifest.json'), JSON.stringify(manifest));
  await mustRun(['tar', '--dereference', '--create', '--file', archive, '--directory', folder.path, '.']);
}
