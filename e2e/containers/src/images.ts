// The same images as those of the Kubernetes suite, made without a registry.
import { imageNames } from '@muster/kubernetes-e2e/images';
import { getContainerRuntimeClient } from 'testcontainers';

/** Makes the images of an archive known to the daemon. */
export async function loadImages(archive: string): Promise<void> {
  const { container } = await getContainerRuntimeClient();
  let said = '';
  for await (const chunk of await container.dockerode.loadImage(archive)) said += String(chunk);
  for (const name of Object.values(imageNames)) if (!said.includes(name)) throw new Error(`no ${name}: ${said}`);
}

export async function removeImages(): Promise<void> {
  const { container } = await getContainerRuntimeClient();
  for (const name of Object.values(imageNames)) await container.dockerode.getImage(name).remove({ force: true });
}
