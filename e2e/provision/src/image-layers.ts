// Layers of container images, made without a registry: Debian packages unpacked, and programs that are here already.
import { existsSync, readFileSync } from 'node:fs';
import { chmod, copyFile, cp, mkdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureBuilt } from './cache.ts';
import { ensureDebianPackages } from './debian.ts';
import { ipyparallel, pythonIn } from './ipyparallel.ts';
import { writeLayer } from './layer.ts';
import { mongoWire } from './mongo-wire.ts';
import { mustRun } from './must-run.ts';
import { nats, natsServerIn } from './nats.ts';
import type { Part } from './part.ts';

const words = (text: string): string[] => text.trim().split(/\s+/);

const basePackages = words(`
  libc6 libcrypt1 libgcc-s1 libstdc++6 zlib1g busybox-static ca-certificates netbase base-files`);
const sshPackages = words(`
  openssh-client libselinux1 libgssapi-krb5-2 libkrb5-3 libk5crypto3 libkrb5support0 libcom-err2 libkeyutils1
  libpcre2-8-0 libssl3 libedit2 libbsd0 libmd0 libtinfo6`);
const pythonPackages = words(`
  python3.11-minimal libpython3.11-minimal libpython3.11-stdlib libexpat1 libssl3 libffi8 libbz2-1.0 liblzma5
  libsqlite3-0 libuuid1 libncursesw6 libtinfo6 libreadline8`);
const javaModules = 'java.base,java.logging,java.naming,java.management,java.sql,jdk.unsupported';

const source = (name: string): string => join(import.meta.dirname, '../images', name);
const pins = join(import.meta.dirname, '../requirements/ipyparallel-9.2.0.txt');

/** Fills the folder that becomes a layer. */
const layers = {
  async base(root) {
    await unpack(root, basePackages);
    await mustRun(['sh', source('base.sh'), root]);
  },
  async node(root) {
    const node = join(root, 'usr/bin/node');
    await mkdir(join(root, 'usr/bin'), { recursive: true });
    await copyFile(process.execPath, node);
    await mustRun(['strip', node]);
    await chmod(node, 0o755);
  },
  ssh: (root) => unpack(root, sshPackages),
  async python(root) {
    await unpack(root, pythonPackages);
    await mustRun(['ln', '-s', 'python3.11', join(root, 'usr/bin/python3')]);
    const library = join(root, 'usr/lib/python3.11');
    const dropped = ['lib2to3', 'pydoc_data', 'idlelib', 'ensurepip', 'test', 'turtledemo', 'turtle.py'];
    for (const name of dropped) await rm(join(library, name), { recursive: true, force: true });
  },
  async ipyparallel(root) {
    const target = join(root, 'opt/python');
    const python = pythonIn(await ensureBuilt(ipyparallel('9.2.0')));
    const quiet = ['--quiet', '--no-input', '--disable-pip-version-check', '--root-user-action=ignore'];
    const forImage = ['--python-version=3.11', '--only-binary=:all:', '--no-compile', '--target', target];
    await mustRun([python, '-m', 'pip', 'install', ...quiet, ...forImage, '--constraint', pins, 'ipyparallel==9.2.0']);
    const dropped = ['share', 'etc', 'debugpy', 'jedi/third_party', 'ipyparallel/labextension', 'ipyparallel/tests'];
    for (const name of dropped) await rm(join(target, name), { recursive: true, force: true });
  },
  async nats(root) {
    const server = join(root, 'usr/bin/nats-server');
    await mkdir(join(root, 'usr/bin'), { recursive: true });
    await copyFile(await realpath(natsServerIn(await ensureBuilt(nats))), server);
    await chmod(server, 0o755);
  },
  async java(root) {
    const output = join(root, 'opt/java');
    await mkdir(join(root, 'opt'), { recursive: true });
    const small = ['--strip-debug', '--no-man-pages', '--no-header-files', '--vm', 'server'];
    await mustRun(['jlink', '--add-modules', javaModules, ...small, '--output', output]);
    await mustRun(['strip', '-g', join(output, 'lib/server/libjvm.so')]);
    await mustRun([join(output, 'bin/java'), '-Xshare:dump']);
  },
  async 'mongo-wire'(root) {
    const target = join(root, 'opt/mongo-wire');
    const folder = await ensureBuilt(mongoWire);
    await mkdir(target, { recursive: true });
    await cp(join(folder, 'MongoWire.class'), join(target, 'MongoWire.class'));
    await cp(join(folder, 'jars'), join(target, 'jars'), { recursive: true });
  },
} satisfies Record<string, (root: string) => Promise<void>>;

export type LayerName = keyof typeof layers;
const names = Object.keys(layers) as LayerName[];

/** Path of a layer: an uncompressed tar file. */
export const layerIn = (folder: string, name: LayerName): string => join(folder, `${name}.tar`);

async function unpack(root: string, packages: readonly string[]): Promise<void> {
  await mkdir(root, { recursive: true });
  await mustRun(['sh', source('debian-layer.sh'), root, ...packages]);
}

export const imageLayers: Part = {
  title: 'layers of images',
  folderName: 'image-layers',
  recipe: [
    ...[source('debian-layer.sh'), source('base.sh'), pins].map((file) => readFileSync(file, 'utf8')),
    readFileSync(import.meta.filename, 'utf8'),
    ...[nats.recipe, mongoWire.recipe, process.version],
  ].join(),
  async build(folder, progress) {
    await ensureDebianPackages(['binutils', 'default-jdk-headless'], progress);
    for (const [index, name] of names.entries()) {
      progress(`${index + 1} of ${names.length}: ${name}`);
      const root = join(folder, 'work', name);
      await layers[name](root);
      await writeLayer(root, layerIn(folder, name));
    }
    await rm(join(folder, 'work'), { recursive: true });
  },
  fault: async (folder) =>
    names.filter((name) => !existsSync(layerIn(folder, name))).map((name) => `${name}.tar is missing`)[0],
};
