import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findLauncher } from './find-launcher.ts';
import { resolveLauncherName } from './launcher-names.ts';
import type { LaunchRole } from './port.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-find-launcher-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ['engine', 'SSH', 'ssh'],
  ['engine', 'ssh', 'ssh'],
  ['engine', 'SSHEngineSetLauncher', 'ssh'],
  ['engine', 'sshengineset', 'ssh'],
  ['engine', 'IPython.parallel.apps.launcher.SSHEngineSetLauncher', 'ssh'],
  ['engine', 'ipyparallel.cluster.launcher:SSHEngineSetLauncher', 'ssh'],
  ['engine', 'LocalEngineLauncher', 'local'],
  ['engine', 'MPIExecEngineSetLauncher', 'mpi'],
  ['engine', 'p', 'pbs'],
  ['controller', 'MPIControllerLauncher', 'mpi'],
  ['controller', 'PBS', 'pbs'],
  ['controller', ' Local ', 'local'],
] as const)('%s launcher %j is %s', (role, given, name) => expect(resolveLauncherName(role, given)).toBe(name));

test.each([
  ['engine', 'SHS', /'SHS' is not a launcher/, /local \(LocalEngineSetLauncher\), mpi \(MPIEngineSetLauncher\)/],
  ['engine', '', /'' is not a launcher/, /There are: /],
  ['controller', 'SSHEngineSetLauncher', /launches engines, not controllers/, /take SSHControllerLauncher/],
  ['engine', 'x'.repeat(500), /'x{80}…'/, /There are: /],
] as const)('%s launcher %j is refused with what there is', (role: LaunchRole, given, message, remedy) => {
  const refuse = (): string => resolveLauncherName(role, given);
  expect(refuse).toThrow(message);
  expect(refuse).toThrow(expect.objectContaining({ code: 'bad_option', remedy: expect.stringMatching(remedy) }));
});

const choice = { role: 'engine', values: { 'Own.setting': 7 } } as const;
const find = (name: string) => findLauncher({ ...choice, name, configFolder: folder });

test("a user's own module is a launcher, and its handles name it by its path", async () => {
  writeFileSync(
    join(folder, 'own.mjs'),
    `export default ({ role, values, configFolder }) => ({
      submit: async ({ n }) => ({ launcher: 'whatever', processes: {}, n, state: { role, seven: values['Own.setting'], configFolder } }),
      status: async () => ({ running: ['0'], ended: [] }),
      remove: async () => {},
    });`,
  );
  const launcher = await find('./own.mjs');
  const handle = await launcher.submit({ n: 3 } as never);
  expect(handle).toEqual({
    ...{ launcher: join(folder, 'own.mjs'), processes: {}, n: 3 },
    state: { role: 'engine', seven: 7, configFolder: folder },
  });
  expect(await (await find(handle.launcher)).status(handle)).toEqual({ running: ['0'], ended: [] });
  expect(launcher.signal).toBeUndefined();
});

test.each([
  ['./missing.ts', undefined, /no launcher: .*missing\.ts/],
  ['./broken.mjs', 'export default (', /no launcher: /],
  ['./value.mjs', 'export default 7;', /its default export is no function/],
  ['./empty.mjs', 'export default () => ({ submit() {} });', /lacks submit, status or remove/],
] as const)('module %s is refused', async (name, text, message) => {
  if (text !== undefined) writeFileSync(join(folder, name), text);
  await expect(find(name)).rejects.toThrow(message);
});
