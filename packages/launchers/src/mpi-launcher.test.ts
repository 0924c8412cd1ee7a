import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { remedyForMpi } from './mpi/open-mpi.ts';
import { buildMpiCommand, createMpiLauncher } from './mpi-launcher.ts';
import type { LaunchRole, LaunchSpec } from './port.ts';
import { readRole } from './role-settings.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-mpi-launcher-'));
  mkdirSync(join(folder, 'log'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const specOf = (n: number): LaunchSpec => ({
  ...{
    command: ['/opt/node', '/opt/ipengine.js', '--x'],
    programWords: 2,
    n,
    identifier: 'e',
    numbered: true,
    profileDir: folder,
  },
  ...{
    clusterId: 'c',
    environment: { IPP_CONNECTION_INFO: '{"key": "secret"}', TAKEN: undefined },
    workDir: folder,
    delayMs: 0,
  },
});
const build = (role: LaunchRole, values: Record<string, unknown>, ofOpenMpi: boolean): string =>
  buildMpiCommand(readRole('MPI', { role, values }), specOf(8), role, ofOpenMpi).join(' ');

test('mpi_cmd -n N mpi_args program; Open MPI is told which variables go along, and no value is in words', () => {
  expect(build('engine', {}, false)).toBe('mpiexec -n 8 /opt/node /opt/ipengine.js --x --mpi');
  const passed = '-x IPP_CLUSTER_ID -x IPP_PROFILE_DIR -x IPP_CONNECTION_INFO';
  const values = {
    ...{
      'MPILauncher.mpi_cmd': ['srun'],
      'MPIEngineSetLauncher.mpi_cmd': ['mpirun', '-q'],
      'MPILauncher.mpi_args': ['--hostfile', 'h'],
    },
    ...{
      'MPIEngineSetLauncher.engine_cmd': ['python3', '-m', 'ipyparallel.engine'],
      'MPIEngineSetLauncher.engine_args': ['--y'],
    },
  };
  expect(build('engine', values, true)).toBe(
    `mpirun -q -n 8 --hostfile h ${passed} python3 -m ipyparallel.engine --x --y --mpi`,
  );
  expect(build('controller', values, true)).toBe(`srun -n 8 --hostfile h ${passed} /opt/node /opt/ipengine.js --x`);
});

test.each([
  ['There are not enough slots available in the system', '--oversubscribe'],
  ['mpiexec has detected an attempt to run as root.', 'OMPI_ALLOW_RUN_AS_ROOT=1'],
  ['unable to find the specified executable file', 'same path'],
  ['it works well', undefined],
])('what mpiexec says has a remedy: %s', (log, remedy) => {
  if (remedy === undefined) expect(remedyForMpi(log)).toBeUndefined();
  else expect(remedyForMpi(log)).toContain(remedy);
});

test('it is a process of this machine, which stands for all ranks; its end tells what to do', async () => {
  const mpiexec = join(folder, 'mpiexec');
  writeFileSync(
    mpiexec,
    '#!/bin/sh\n[ "$1" != --version ] || { echo "mpiexec (OpenRTE) 4.1.4"; exit; }\necho "$OMPI_ALLOW_RUN_AS_ROOT|$*"\n[ ! -e fail ] || { echo not enough slots; exit 1; }\nexec sleep 600\n',
  );
  chmodSync(mpiexec, 0o755);
  const context = {
    role: 'engine',
    values: { 'MPILauncher.mpi_cmd': [mpiexec] },
    configFolder: folder,
    warn: () => {},
  } as const;
  const launcher = createMpiLauncher(context);
  const handle = await launcher.submit(specOf(3));
  expect(handle).toMatchObject({ launcher: 'mpi', n: 3, processes: { 0: { outputFile: join(folder, 'log/e.log') } } });
  expect(Object.keys(handle.processes)).toEqual(['0']);
  const deadline = performance.now() + 10_000;
  while (!readFileSync(join(folder, 'log/e.log'), 'utf8').includes('\n') && performance.now() < deadline)
    await delay(10);
  expect(readFileSync(join(folder, 'log/e.log'), 'utf8')).toMatch(
    /^1?\|-n 3 -x IPP_CLUSTER_ID -x IPP_PROFILE_DIR -x IPP_CONNECTION_INFO \/opt\/node \/opt\/ipengine\.js --x --mpi\n$/,
  );
  expect((await launcher.status(handle)).running).toEqual(['0']);
  await launcher.remove(handle);
  writeFileSync(join(folder, 'fail'), '');
  const failed = await launcher.submit(specOf(3));
  let status = await launcher.status(failed);
  while (status.ended.length === 0 && performance.now() < deadline) status = await launcher.status(failed);
  expect(status.ended[0]).toMatchObject({ exit: 1, remedy: expect.stringContaining('--oversubscribe') });
  await expect(launcher.submit(specOf(0))).rejects.toThrow('0 processes cannot be started');
  const missing = createMpiLauncher({ ...context, values: { 'MPILauncher.mpi_cmd': [join(folder, 'none')] } });
  await expect(missing.submit(specOf(1))).rejects.toMatchObject({
    remedy: expect.stringContaining('apt-get install openmpi-bin'),
  });
});
