import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder, until } from '@muster/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stateNames } from './adapters/profile-files.ts';
import type { LauncherOperatorService } from './service.ts';
import type { OperatorOptions, World } from './testing/bench.ts';
import { conditionOf, createLocal, createWorld, running, sleeper, startOperator, statusOf } from './testing/bench.ts';

let home: string;
let folder: string;
let world: World;
let operator: LauncherOperatorService | undefined;
let clean: (() => Promise<void>)[] = [];

beforeEach(async () => {
  const temporary = await temporaryFolder('operator');
  home = temporary.path;
  folder = join(home, 'clusters');
  mkdirSync(folder);
  world = createWorld();
  clean = [() => temporary.remove()];
});

afterEach(async () => {
  await operator?.stop();
  operator = undefined;
  const launcher = createLocal(home);
  const left = existsSync(join(home, '.muster')) ? running(home) : [];
  for (const uuid of left) await launcher.remove({ launcher: 'local', id: uuid.slice(0, -2), n: 1 });
  for (const step of clean) await step();
});

const start = async (more: Partial<OperatorOptions> = {}): Promise<void> => {
  operator = await startOperator({ folder, home, world, ...more });
};

function apply(name: string, engines: number, engine: object = { command: sleeper }, file = `${name}.json`): void {
  const profile = {
    apiVersion: 'muster.dev/v1alpha1',
    kind: 'ClusterProfile',
    metadata: { name },
    spec: { engines, engine, launcher: { local: {} } },
  };
  writeFileSync(join(folder, file), JSON.stringify(profile));
}

/** As the hub would: who runs is registered, who does not is not. */
function follow(): void {
  const runs = new Set(running(home));
  for (const uuid of runs) if (!world.registered.has(uuid)) world.register(uuid);
  for (const uuid of [...world.registered]) if (!runs.has(uuid)) world.unregister(uuid);
}

const followUntil = (condition: () => boolean, options: Parameters<typeof until>[1]): Promise<boolean> =>
  until(() => {
    follow();
    return condition();
  }, options);

const ready = (name: string, engines: number): Promise<unknown> =>
  until(
    () => {
      follow();
      const status = statusOf(folder, name);
      const isReady = conditionOf(status, 'Ready')?.status === 'True';
      return (
        isReady && status?.desired === engines && status.registered === engines && running(home).length === engines
      );
    },
    { what: () => `${name} is ready: ${JSON.stringify(statusOf(folder, name), null, 1)}`, timeoutMs: 15_000 },
  );

test('a profile in a file becomes engines; more, fewer, other ones, none', async () => {
  await start();
  apply('training', 2);
  await ready('training', 2);
  expect(running(home).every((uuid) => /^training-[a-z0-9]{5}-0$/.test(uuid))).toBe(true);
  expect(statSync(join(home, 'security', 'ipcontroller-engine.json')).mode & 0o777).toBe(0o600);
  const first = running(home);

  apply('training', 3);
  await ready('training', 3);
  expect(running(home)).toEqual(expect.arrayContaining(first));
  world.busy.add(first[0]!);

  apply('training', 1);
  await ready('training', 1);
  expect(running(home)).toEqual([first[0]]);
  world.busy.clear();

  apply('training', 1, { command: sleeper, args: ['other'] });
  await followUntil(() => running(home).length > 0 && !running(home).includes(first[0]!), {
    what: 'the engine is replaced',
  });
  await ready('training', 1);

  rmSync(join(folder, 'training.json'));
  await followUntil(() => stateNames(folder).length === 0, { what: 'nothing is left of the profile' });
  expect(running(home)).toEqual([]);
}, 60_000);

test('an engine at work is waited for; wanted again, it goes on', async () => {
  await start();
  apply('a', 2);
  await ready('a', 2);
  const both = running(home);
  for (const uuid of both) world.busy.add(uuid);
  apply('a', 0);
  await until(() => world.drained.size === 2, { what: 'both are drained' });
  expect(conditionOf(statusOf(folder, 'a'), 'Draining')).toMatchObject({ status: 'True' });
  apply('a', 1);
  await until(() => world.drained.size === 1, { what: 'one is resumed' });
  world.busy.clear();
  await ready('a', 1);
  expect(both).toContain(running(home)[0]);
  expect(world.drained.has(running(home)[0]!)).toBe(false);
}, 30_000);

test('an engine that is killed is replaced; one that cannot start is tried ever more slowly, and the status says why', async () => {
  await start();
  apply('a', 1);
  await ready('a', 1);
  const [uuid] = running(home);
  const pid = Number(readFileSync(join(home, '.muster/launches', uuid!.slice(0, -2), 'pid'), 'utf8').split(' ')[0]);
  process.kill(-pid, 'SIGKILL');
  await followUntil(() => running(home).length === 1 && running(home)[0] !== uuid, { what: 'another one runs' });
  await ready('a', 1);

  apply('b', 1, { command: ['/bin/sh', '-c', 'echo started >> "$HOME/starts"; echo no such module >&2; exit 3', 'e'] });
  const starts = () => (existsSync(join(home, 'starts')) ? readFileSync(join(home, 'starts'), 'utf8').length / 8 : 0);
  await followUntil(() => starts() >= 3, { what: 'three tries', timeoutMs: 15_000 });
  const launched = conditionOf(statusOf(folder, 'b'), 'Launched');
  expect(launched).toMatchObject({ status: 'False' });
  await until(() => conditionOf(statusOf(folder, 'b'), 'Launched')?.message.includes('no such module'), {
    what: () => `the reason is told: ${conditionOf(statusOf(folder, 'b'), 'Launched')?.message}`,
  });
  expect(starts()).toBeLessThan(7);
}, 40_000);

test('a program that is not there, a launcher that is not there, a file that is broken', async () => {
  await start();
  apply('none', 1, { command: ['/no/such/program'] });
  await until(() => conditionOf(statusOf(folder, 'none'), 'Launched')?.message.includes('/no/such/program'), {
    what: 'what is missing is told',
  });
  expect(conditionOf(statusOf(folder, 'none'), 'Launched')?.reason).toBe('LaunchFailed');
  apply('none', 0);
  apply('a', 1);
  await ready('a', 1);
  const before = running(home);
  writeFileSync(join(folder, 'a.json'), '{"kind": ');
  await until(() => conditionOf(statusOf(folder, 'a'), 'Ready')?.reason === 'BadProfile', { what: 'it is told' });
  expect(running(home)).toEqual(before);
  const pods = `apiVersion: muster.dev/v1alpha1\nkind: ClusterProfile\nmetadata: {name: pods}\nspec: {launcher: {pods: {}}}\n`;
  writeFileSync(join(folder, 'pods.yaml'), pods);
  await until(() => conditionOf(statusOf(folder, 'pods'), 'Ready')?.message.includes("'pods'"), {
    what: 'there are no pods here',
  });
  apply('a', 1);
  await ready('a', 1);
  expect(running(home)).toEqual(before);
}, 30_000);

test('an operator that is started anew goes on with what is there, also in the middle of launches', async () => {
  await start();
  apply('a', 4);
  await until(() => running(home).length > 0, { what: 'a first engine', everyMs: 5 });
  await operator!.stop();
  await start();
  await ready('a', 4);
  const before = running(home).sort();
  await operator!.stop();
  apply('a', 5);
  await start();
  await ready('a', 5);
  expect(running(home)).toEqual(expect.arrayContaining(before));
  await operator!.stop();
  rmSync(join(folder, 'a.json'));
  await start();
  await followUntil(() => stateNames(folder).length === 0, { what: 'nothing is left' });
  expect(running(home)).toEqual([]);
}, 40_000);

test('at the end of the cluster all engines end, whatever profiles say; the next operator begins anew', async () => {
  await start();
  apply('a', 2);
  apply('none', 0);
  await ready('a', 2);
  apply('b', 1);
  await followUntil(() => running(home).length === 3, { what: 'both profiles run' });
  const never = new AbortController();
  await operator!.endEngines(never.signal);
  expect(running(home)).toEqual([]);
  await operator!.stop();
  follow();
  await start();
  await followUntil(() => running(home).length === 3, { what: 'both profiles run again' });
  await operator!.endEngines(AbortSignal.abort());
}, 40_000);

test('two operators do not share a folder', async () => {
  await start();
  await expect(startOperator({ folder, home, world })).rejects.toMatchObject({ code: 'profile_in_use' });
  await operator!.stop();
  await start();
});

test('engines of others are none of our business', async () => {
  world.register('stranger-abcde-0');
  world.register('a-0');
  await start();
  apply('a', 0);
  await until(() => conditionOf(statusOf(folder, 'a'), 'Ready')?.status === 'True', { what: 'it is ready' });
  expect(statusOf(folder, 'a')).toMatchObject({ registered: 0 });
  expect([...world.drained]).toEqual([]);
});
