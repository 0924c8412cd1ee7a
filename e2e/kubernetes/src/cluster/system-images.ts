// The images without which no pod runs: pause and CoreDNS.
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { kubernetesProgramIn, writeLayer } from '@muster/provision';
import { temporaryFolder } from '@muster/testkit';
import { writeArchive } from '../images/archive.ts';
import { dnsImage } from './dns.ts';
import { pauseImage } from './node.ts';

/** Path of an archive with both; it goes with this run. */
export async function systemArchive(kubernetes: string): Promise<string> {
  const { path } = await temporaryFolder('system-images');
  const image = async (name: 'pause' | 'coredns', tag: string) => {
    const root = join(path, name);
    await mkdir(root);
    await copyFile(kubernetesProgramIn(kubernetes, name), join(root, name));
    await writeLayer(root, `${root}.tar`);
    return { name: tag, layers: [`${root}.tar`], entrypoint: [`/${name}`] };
  };
  const archive = join(path, 'images.tar');
  await writeArchive([await image('pause', pauseImage), await image('coredns', dnsImage)], archive);
  return archive;
}
