// The same images as those of the Kubernetes suite, made without a registry.
import { buildImages, imageNames } from '@muster/kubernetes-e2e/images';
import { temporaryFolder } from '@muster/testkit';
import { getContainerRuntimeClient } from 'testcontainers';

/** Builds the images from the checkout and makes them known to the daemon. */
export async function loadImages(tell: (phase: string) => void): Promise<void> {
  await using folder = await temporaryFolder('images');
  const archive = await buildImages(folder.path);
  tell('images built from this checkout');
  const { container } = await getContainerRuntimeClient();
  let said = '';
  for await (const chunk of await container.dockerode.loadImage(archive)) said += String(chunk);
  for (const name of Object.values(imageNames)) if (!said.includes(name)) throw new Error(`no ${name}: ${said}`);
}

export async function removeImages(): Promise<void> {
  const { container } = await getContainerRuntimeClient();
  for (const name of Object.values(imageNames)) await container.dockerode.getImage(name).remove({ force: true });
}
