// The images of the product and of the servers that it needs, as the Dockerfile makes them: same folder, same user, same
// entry point.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LayerName } from '@muster/provision';
import { find, layerIn, mustRun, writeLayer } from '@muster/provision';
import type { Image } from './archive.ts';
import { writeArchive } from './archive.ts';

const tag = 'test';
export const imageNames = {
  services: `localhost/muster/services:${tag}`,
  engineNode: `localhost/muster/engine-node:${tag}`,
  enginePython: `localhost/muster/engine-python:${tag}`,
  nats: `localhost/nats:${tag}`,
  mongodb: `localhost/mongo-wire:${tag}`,
} as const;

const checkout = join(import.meta.dirname, '../../../..');
const path = '/opt/muster/node_modules/.bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const common = { user: '1000:1000', workDir: '/tmp' };
const nodeEnv = [`PATH=${path}`, 'NODE_ENV=production', 'HOME=/tmp'];
const pythonEnv = [
  ...['HOME=/tmp', 'IPYTHONDIR=/tmp/ipython', 'PYTHONPATH=/opt/python'],
  ...['PYTHONDONTWRITEBYTECODE=1', 'PYTHONUNBUFFERED=1'],
];
const quickJava = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx512m'];
const mongoWire = ['/opt/java/bin/java', ...quickJava, '-cp', '/opt/mongo-wire:/opt/mongo-wire/jars/*', 'MongoWire'];

/** `product` is the layer with the product's programs. */
export const images = (layer: (name: LayerName) => string, product: string): readonly Image[] => [
  {
    ...common,
    name: imageNames.services,
    layers: [layer('base'), layer('node'), layer('ssh'), product],
    env: nodeEnv,
    entrypoint: ['muster'],
  },
  {
    ...common,
    name: imageNames.engineNode,
    layers: [layer('base'), layer('node'), product],
    env: nodeEnv,
    entrypoint: ['muster'],
    command: ['engine'],
  },
  {
    ...common,
    name: imageNames.enginePython,
    layers: [layer('base'), layer('python'), layer('ipyparallel')],
    env: pythonEnv,
    command: ['python3', '-m', 'ipyparallel.engine'],
  },
  { ...common, name: imageNames.nats, layers: [layer('base'), layer('nats')], entrypoint: ['nats-server'] },
  {
    ...common,
    name: imageNames.mongodb,
    layers: [layer('base'), layer('java'), layer('mongo-wire')],
    // Arguments that a pod adds are for a real mongod, and ignored.
    entrypoint: [...mongoWire, '27017', '', '0.0.0.0'],
  },
];

/** Builds the product as it is in the checkout and writes all images into one archive in `folder`; resolves to its path. */
export async function buildImages(folder: string): Promise<string> {
  const layers = await find('image-layers');
  if (!layers.present) throw new Error(`${layers.title}: ${layers.why}`);
  const root = join(folder, 'product');
  await mkdir(root, { recursive: true });
  await mustRun([process.execPath, join(checkout, 'docker/build-tree.ts'), join(root, 'opt/muster')]);
  const product = join(folder, 'product.tar');
  await writeLayer(root, product);
  const archive = join(folder, 'images.tar');
  await writeArchive(
    images((name) => layerIn(layers.folder, name), product),
    archive,
  );
  return archive;
}
