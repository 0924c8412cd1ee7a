// What an engine and its kernel log is in a file of the profile, too.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Commands, createCommands, until } from './testing/commands.ts';

let commands: Commands;
beforeEach(() => {
  commands = createCommands();
});
afterEach(() => commands.dispose());

test('lines of nanny and kernel, for people and for machines', { timeout: 120_000 }, async () => {
  const controller = commands.begin(['ipcontroller']);
  await controller.saying('INFO ready');
  const failing = ['--startup-command=throw new Error("on purpose")'];
  const engines = [
    commands.begin(['ipengine', ...failing]),
    commands.begin(['ipengine', '--log-format=json', ...failing]),
    commands.begin(['ipengine', '--log-to-file=false']),
  ] as const;
  for (const engine of engines) await engine.saying('engine ready');
  const path = (at: 0 | 1 | 2): string => join(commands.profileDir, `log/ipengine-${engines[at].child.pid}.log`);
  const read = (at: 0 | 1): string => readFileSync(path(at), 'utf8');
  await until(() => ([0, 1] as const).every((at) => existsSync(path(at)) && read(at).includes('startup code failed')));
  expect(read(0)).toMatch(/ \[engine \d\] INFO engine ready /);
  expect(read(0)).toMatch(/ kernel\] ERROR startup code failed /);
  const lines = read(1)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { msg: string; level: number; service: string });
  expect(lines).toContainEqual(
    expect.objectContaining({ msg: 'startup code failed', level: 50, service: expect.stringMatching(/ kernel$/) }),
  );
  expect(existsSync(path(2))).toBe(false);
  for (const { child, ended } of [...engines, controller]) {
    child.kill('SIGTERM');
    expect((await ended).status).toBe(0);
  }
});
