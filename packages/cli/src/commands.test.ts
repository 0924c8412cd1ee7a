// The commands' own words: help, version, refusals; and the way from an older Node to Node 24.
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { transportNames } from '@muster/transport/names';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Commands, createCommands } from './testing/commands.ts';
import { readVersion } from './version.ts';

let commands: Commands;
beforeEach(() => {
  commands = createCommands();
});
afterEach(() => commands.dispose());

test.each([
  ['ipcluster --help', 'engines  start engines'],
  ['ipcluster start --help', '-n N'],
  ['ipcluster start --help-all', 'Cluster.engine_timeout'],
  ['ipcluster engines -h', '--engine-cmd'],
  ['ipcluster start -h', '--transport=TRANSPORT'],
  ['ipcontroller -h', '--transport=TRANSPORT'],
  ['ipengine -h', '--transport=TRANSPORT'],
  ['ipcluster stop -h', '--all'],
  ['ipcluster list -h', '--json'],
  ['ipcluster clean -h', '--force'],
  ['muster help', 'ipcluster'],
  ['ipcluster help start', 'Usage: ipcluster start'],
  ['muster help exit-codes', '11   no such cluster'],
  ['muster help completion bash', 'Usage: muster completion bash'],
  ['muster completion bash', 'complete -o nospace'],
  ['ipcluster profile create -h', 'muster profile create'],
  ['muster cluster start -h', 'ipcluster start'],
  ['muster service --help', 'heartmonitor'],
  ['muster service hub --help', '--mongodb=URI'],
  ['muster service task-scheduler --help-all', '--max-message-bytes'],
  ['muster service launcher-operator -h', '--profiles=DIR'],
  ['ipcluster --version', readVersion()],
  ['muster connect -h', '--forward'],
  ['muster --version', readVersion()],
  ['ipcluster list --profile=none', 'PROFILE'],
])('%s', async (line, text) => {
  expect(await commands.run(...line.split(' '))).toMatchObject({
    status: 0,
    out: expect.stringContaining(text),
    err: '',
  });
});

test.each([
  ['ipcluster', 2, 'Usage'],
  ['ipcluster launch', 2, "no command 'launch'"],
  ['ipcluster constructor', 2, 'There are: start'],
  ['ipcluster start --engins=local', 2, 'Did you mean --engines?'],
  ['ipcluster start --engines=quantum', 1, 'local (LocalEngineSetLauncher)'],
  ['ipcluster start --transport=tcp', 1, `one of: ${transportNames.join(', ')}`],
  ['ipcontroller --transport=tcp', 1, "--transport: 'tcp' is not possible"],
  ['ipengine --transport', 1, '--transport needs a value'],
  ['ipcluster start -n many', 1, 'an integer from 1'],
  ['ipcluster start --profile=../x', 1, '--profile-dir'],
  ['ipcluster list extra', 2, 'Unexpected argument: extra'],
  ['ipcluster stop', 11, 'ipcluster list'],
  ['ipcluster stop a/b', 1, 'cannot be a cluster id'],
  ['muster top', 2, 'There are: cluster'],
  ['muster service', 2, 'Usage: muster service COMMAND'],
  ['muster service hubb', 2, 'There are: hub, task-scheduler'],
  ['muster service hub', 1, 'openssl rand -hex 32'],
  ['muster service hub --key=k', 1, '--key-file=FILE'],
  ['muster service relay --scheme=lru', 2, 'no option --scheme'],
])('%s ends with status %i', async (line, status, text) => {
  expect(await commands.run(...line.split(' '))).toMatchObject({ status, err: expect.stringContaining(text) });
});

test('a profile folder that is a file is refused with the reason', async () => {
  writeFileSync(commands.profileDir, '');
  const start = await commands.run('ipcluster', 'start', '-n', '1');
  expect(start).toMatchObject({ status: 1, err: expect.stringContaining('cannot be used') });
});

/** A Node before 24 on the PATH, if this machine has one. */
const olderNode = (process.env.PATH ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'node'))
  .find((node) => existsSync(node) && /^v(20|22|23)\./.test(execFileSync(node, ['--version'], { encoding: 'utf8' })));

test.skipIf(olderNode === undefined)('an older Node hands over to Node 24, and passes signals on', async () => {
  const version = commands.begin(['ipcluster', '--version'], olderNode);
  expect(await version.ended).toMatchObject({ status: 0, out: `${readVersion()}\n`, err: '' });
  const controller = commands.begin(['ipcontroller'], olderNode);
  await controller.saying('connection files written');
  controller.child.kill('SIGTERM');
  expect(await controller.ended).toMatchObject({ status: 0 });
  expect(commands.files('security')).toEqual([]);
});

test.skipIf(olderNode === undefined)('an older Node that is killed does not leave Node 24 behind', async () => {
  const controller = commands.begin(['ipcontroller'], olderNode);
  await controller.saying('connection files written');
  controller.child.kill('SIGKILL');
  await controller.ended;
  expect(commands.processes()).toEqual([]);
  expect(commands.files('security')).toEqual([]);
});
