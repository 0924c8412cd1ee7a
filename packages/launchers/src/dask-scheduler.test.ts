import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startDaskScheduler } from './dask-scheduler.ts';

const where = { host: '127.0.0.1', port: 0 };

test('says which interpreters were tried and why they would not do', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dask-test-'));
  try {
    const broken = join(folder, 'python');
    await writeFile(broken, '#!/bin/sh\necho broken >&2\nexit 9\n');
    await chmod(broken, 0o755);
    const start = startDaskScheduler({ ...where, pythons: ['/nowhere/python3', broken] });
    await expect(start).rejects.toThrow(/\/nowhere\/python3: .*ENOENT.*; .*ended with status 9: broken/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

const ours = async (): Promise<string[]> =>
  (await readdir(tmpdir())).filter((name) => /^(muster-dask|dask-scratch)/.test(name));

test.skipIf(process.env.PEER_PYTHON === undefined)('starts, listens, and ends', { timeout: 40_000 }, async () => {
  const before = await ours();
  const dask = await startDaskScheduler({ ...where, pythons: [process.env.PEER_PYTHON!] });
  expect(dask.address).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
  await dask.stop();
  expect(await ours()).toEqual(before);
});
