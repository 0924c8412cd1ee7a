// What is not used is not loaded: a controller is to start fast and to be small.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import { type Commands, createCommands } from './testing/commands.ts';

const tellLoaded = fileURLToPath(new URL('./testing/tell-loaded.ts', import.meta.url));

let commands: Commands | undefined;
afterEach(async () => {
  vi.unstubAllEnvs();
  await commands?.dispose();
});

/** Packages, and builtins that cost, which a controller has loaded when it is ready. */
async function loadedBy(...options: string[]): Promise<{ packages: string[]; maps: string }> {
  vi.stubEnv('NODE_OPTIONS', `--import=${tellLoaded}`);
  commands = createCommands();
  const controller = commands.begin(['ipcontroller', ...options]);
  await controller.saying('connection files written');
  const maps = process.platform === 'linux' ? readFileSync(`/proc/${controller.child.pid}/maps`, 'utf8') : '';
  controller.child.kill('SIGTERM');
  const { status, err } = await controller.ended;
  expect(status).toBe(0);
  const urls = [...err.matchAll(/^loads (.+)$/gm)].map(([, url = '']) => url);
  expect(urls.length).toBeGreaterThan(100);
  const foreign = urls.flatMap(
    (url) => /node_modules\/((?:@[^/]+\/)?[^/@.][^/]*)\/(?!.*node_modules)/.exec(url)?.[1] ?? [],
  );
  return { packages: [...new Set([...foreign, ...urls.filter((url) => url === 'node:sqlite')])], maps };
}

test('a plain controller: no foreign package, no native library', async () => {
  const { packages, maps } = await loadedBy();
  expect(packages).toEqual([]);
  expect(maps).not.toContain('.node\n');
});

test('with CurveZMQ, the native library of ZeroMQ', async () => {
  const { packages, maps } = await loadedBy('--IPController.enable_curve=true');
  expect(packages).not.toContain('mongodb');
  if (process.platform === 'linux') expect(maps).toMatch(/zeromq.*\.node\n/);
});

test('each store loads its own', async () => {
  expect((await loadedBy('--sqlitedb')).packages).toEqual(['node:sqlite']);
});

test('lines for machines are written by pino', async () => {
  expect((await loadedBy('--log-format=json')).packages).toContain('pino');
});
