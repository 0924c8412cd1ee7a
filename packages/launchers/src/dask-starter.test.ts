import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDaskStarter } from './dask-starter.ts';

let folder: string;
let python: string;

/** In the place of a Python with distributed: says in the scheduler's file what it was asked for, and ends with its input. */
const program = `#!/bin/sh
while [ $# -gt 0 ]; do
  case $1 in
    --host) host=$2 ;;
    --port) port=$2 ;;
    --scheduler-file) file=$2 ;;
  esac
  shift
done
echo "{\\"address\\": \\"tcp://$host:$port\\"}" >"$file"
exec cat
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dask-starter-'));
  python = join(folder, 'python');
  await writeFile(python, program);
  await chmod(python, 0o755);
});
afterAll(() => rm(folder, { recursive: true }));

test.each([
  [{}, 'tcp://192.0.2.1:0'],
  [{ ip: '192.0.2.7' }, 'tcp://192.0.2.7:0'],
  [{ host: '192.0.2.8', ip: '192.0.2.7', port: 8786 }, 'tcp://192.0.2.8:8786'],
  [{ host: 5, port: -1 }, 'tcp://192.0.2.1:0'],
  [{ port: '8786' }, 'tcp://192.0.2.1:0'],
])('a request with %j gets a scheduler at %s', async (args, address) => {
  const start = createDaskStarter({ python, env: {}, host: '192.0.2.1' });
  const dask = await start(args);
  expect(dask.address).toBe(address);
  await dask.stop();
  expect(await dask.ended).toMatch(/ended/);
});

test('the Python of an active environment is tried first', async () => {
  await mkdir(join(folder, 'bin'));
  await symlink(python, join(folder, 'bin/python'));
  const start = createDaskStarter({ python: '', env: { VIRTUAL_ENV: folder }, host: '192.0.2.1' });
  const dask = await start({});
  expect(dask.address).toBe('tcp://192.0.2.1:0');
  await dask.stop();
});

test('one that is named is the only one that is tried, and the remedy says how to name another', async () => {
  const start = createDaskStarter({ python: join(folder, 'none'), env: {}, host: '192.0.2.1' });
  await expect(start({})).rejects.toMatchObject({
    message: expect.stringMatching(/\/none: .*ENOENT\)/),
    remedy: expect.stringContaining('MUSTER_PYTHON'),
  });
});
