// Makes a folder that runs on plain Node: what `tsc` emits of our packages, and the libraries they need. Node strips no
// types below node_modules, so the sources themselves do not serve there.
//
//     node docker/build-tree.ts FOLDER
//
// The commands are then FOLDER/node_modules/.bin/muster, ipengine, ipcluster and ipcontroller.
import { spawnSync } from 'node:child_process';
import { cp, mkdir, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const root = join(import.meta.dirname, '..');
const entry = join(root, 'packages/cli');
const emitted = (path: string): string => path.replace('/src/', '/dist/').replace(/\.ts$/, '.js');

const readManifest = async (folder: string): Promise<Manifest> =>
  JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;

/** What a library carries that does not run: it is half of the tree's size. */
const isBallast = (path: string): boolean =>
  /\.(map|md|markdown|d\.[mc]?ts|[mc]?ts|cc|cpp|h|hpp|gyp|flow)$/.test(path) ||
  /(^|\/)(test|tests|docs|example|examples|vendor|\.github)$/.test(path);

/** Prebuilt programs for other systems. */
function isForeign(path: string): boolean {
  const [, system, architecture] = /(?:^|\/)build\/(darwin|win32|linux)(?:\/([^/]+))?/.exec(path) ?? [];
  if (system === undefined) return false;
  return system !== 'linux' || (architecture !== undefined && architecture !== process.arch);
}

/** Copies what tsc emitted of a package of ours, with the package's own files pointing to it. */
async function copyOwn(folder: string, manifest: Manifest, target: string): Promise<void> {
  const isRuntime = (path: string): boolean =>
    !/(\.map|\.d\.ts|\.tsbuildinfo|\.test\.js)$/.test(path) && basename(path) !== 'testing';
  await cp(join(folder, 'dist'), join(target, 'dist'), { recursive: true, filter: isRuntime });
  const { name, version, bin, exports = {}, dependencies } = manifest;
  const moved = Object.fromEntries(Object.entries(exports).map(([key, path]) => [key, emitted(path)]));
  const kept = { name, version, type: 'module', exports: moved, bin, dependencies };
  await writeFile(join(target, 'package.json'), `${JSON.stringify(kept, null, 2)}\n`);
  if (bin === undefined) return;
  await mkdir(join(target, 'bin'));
  for (const file of await readdir(join(folder, 'bin'))) {
    const text = await readFile(join(folder, 'bin', file), 'utf8');
    const script = text.replace(/import\('([^']+)'\)/g, (_, path: string) => `import('${emitted(path)}')`);
    await writeFile(join(target, 'bin', file), script, { mode: 0o755 });
  }
}

async function copyLibrary(folder: string, target: string): Promise<void> {
  const filter = (path: string): boolean => {
    const inside = relative(folder, path).split(sep).join('/');
    return !inside.startsWith('node_modules') && !isBallast(inside) && !isForeign(inside);
  };
  await cp(folder, target, { recursive: true, dereference: true, filter });
}

/** Where a package finds a dependency: in its own node_modules, or beside itself in pnpm's store. */
async function folderOf(name: string, of: string): Promise<string | undefined> {
  for (let above = of; dirname(above) !== above; above = dirname(above)) {
    const found = await realpath(join(above, 'node_modules', name)).catch(() => undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Puts packages into one flat node_modules; a second version of a library goes below the one that wants it. */
async function copyTree(modules: string): Promise<number> {
  const placed = new Map<string, string>();
  const waiting: { folder: string; into: string }[] = [{ folder: entry, into: modules }];
  const done = new Set<string>();
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const manifest = await readManifest(next.folder);
    const target = join(next.into, manifest.name);
    if (done.has(target)) continue;
    done.add(target);
    const isOwn = manifest.name.startsWith('@muster/');
    await mkdir(target, { recursive: true });
    await (isOwn ? copyOwn(next.folder, manifest, target) : copyLibrary(next.folder, target));
    const optional = { ...manifest.optionalDependencies, ...manifest.peerDependencies };
    for (const name of Object.keys({ ...manifest.dependencies, ...optional })) {
      const folder = await folderOf(name, next.folder);
      if (folder === undefined && name in optional) continue;
      if (folder === undefined) throw new Error(`${manifest.name} needs ${name}, which is not installed: pnpm install`);
      const flat = placed.get(name) ?? folder;
      placed.set(name, flat);
      waiting.push({ folder, into: flat === folder ? modules : join(target, 'node_modules') });
    }
  }
  return done.size;
}

async function linkCommands(modules: string): Promise<void> {
  const { name, bin = {} } = await readManifest(entry);
  await mkdir(join(modules, '.bin'));
  for (const [command, path] of Object.entries(bin))
    await symlink(join('..', name, path), join(modules, '.bin', command));
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Usage: node docker/build-tree.ts FOLDER');
const compiler = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-b', entry], { stdio: 'inherit' });
if (compiler.status !== 0) throw new Error('the packages do not compile');
const modules = join(resolve(folder), 'node_modules');
await rm(modules, { recursive: true, force: true });
const count = await copyTree(modules);
await linkCommands(modules);
console.log(`${count} packages in ${modules}`);
