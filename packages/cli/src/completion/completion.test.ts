import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isGroup } from '../command-tree.ts';
import { programs } from '../muster.ts';
import { answer } from './answer.ts';
import { joinWords } from './words.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-completion-'));
  for (const name of ['profile_default', 'profile_mine'])
    mkdirSync(join(folder, name, 'security'), { recursive: true });
  writeFileSync(join(folder, 'profile_mine/security/cluster-blue.json'), '');
  writeFileSync(join(folder, 'profile_mine/security/cluster-.json'), '');
});
afterEach(() => rmSync(folder, { recursive: true }));

const ask = (line: string) => answer(programs, joinWords(line.split(' '), ''), { IPYTHONDIR: folder });
const values = async (line: string) => (await ask(line)).candidates.map(({ value }) => value);

test.each([
  ['muster prof', ['profile']],
  ['muster help exit', ['exit-codes']],
  ['muster help profile', ['profile', 'profiles']],
  ['/usr/bin/ipcluster sto', ['stop']],
  ['ipcluster help sto', ['stop']],
  ['ipcluster --vers', ['--version']],
  ['muster completion ', ['bash', 'zsh', 'fish', 'help']],
  ['ipcluster start --daem', ['--daemonize']],
  ['ipcontroller --scheme=l', ['--scheme=leastload', '--scheme=lru']],
  ['ipcontroller --scheme l', ['leastload', 'lru']],
  [
    'ipcontroller --TaskScheduler.scheme_name=l',
    ['--TaskScheduler.scheme_name=leastload', '--TaskScheduler.scheme_name=lru'],
  ],
  ['ipcluster start --profile=', ['--profile=default', '--profile=mine']],
  ['ipcluster start --engines=SS', ['--engines=SSH']],
  ['ipcluster stop --profile=mine ', ['blue']],
  ['ipcluster stop --profile mine ', ['blue']],
  ['ipcluster stop ', []],
  ['ipcluster stop --cluster-id=b --profile=mine --cluster-id=b', ['--cluster-id=blue']],
  ['ipengine --kernel=', ['--kernel=node', '--kernel=python']],
  ['ipcluster start --daemonize=f', ['--daemonize=false']],
  ['ipcluster start -- --dictd', ['--dictdb']],
  ['ipcluster start -- -- --dictd', []],
  ['ipcluster engines -- --dictd', []],
  ['ipcluster frobnicate ', []],
  ['ls ', []],
  ['muster profile delete m', ['mine']],
])('%s', async (line, wanted) => {
  expect(await values(line)).toEqual(wanted);
});

test('files and folders are left to the shell', async () => {
  expect(await ask('ipengine --file=x')).toEqual({ kind: 'files', prefix: '--file=', candidates: [] });
  expect(await ask('ipengine --file x')).toEqual({ kind: 'files', prefix: '', candidates: [] });
  expect(await ask('ipengine --profile-dir=')).toMatchObject({ kind: 'directories' });
  expect(await ask('muster profile import ')).toMatchObject({ kind: 'files' });
});

test('every option of every command is a candidate, and says what it is for', async () => {
  for (const line of [
    'ipcontroller --',
    'ipengine --',
    'ipcluster start --',
    'muster service hub --',
    'muster get --',
  ]) {
    const { candidates } = await ask(line);
    expect(candidates.length, line).toBeGreaterThan(5);
    for (const { value, about } of candidates) expect(about, value).toMatch(/\S/);
  }
});

test('every command there is can be reached', async () => {
  for (const [name, load] of Object.entries(programs)) {
    const program = await load();
    if (!isGroup(program)) continue;
    for (const word of Object.keys(program.commands)) {
      const reached = await ask(`${name} ${word} --hel`);
      expect(reached.candidates.map(({ value }) => value)).toContain('--help');
    }
  }
});

test.each([
  [['ipcluster', 'start', '--profile', '=', 'de'], '--profile=de', '--profile='],
  [['ipcluster', 'start', '--profile', '='], '--profile=', '--profile='],
  [['ipcluster', 'x', ''], '', ''],
  [['ipcluster', '--nats', '=', 'nats', ':', '//h'], '--nats=nats://h', '--nats=nats:'],
])('words that bash parts are put together: %j', (words, current, kept) => {
  const typed = joinWords(words, ' \t\n"\'><=;|&(:');
  expect(typed).toMatchObject({ current, kept });
});

test('nothing that is typed is too much', async () => {
  const word = fc.oneof(
    fc.constantFrom('ipcluster', 'muster', 'start', 'profile', 'help', '--profile', '=', '--', '-', '--engines=', '-n'),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 6 }), fc.constantFrom('', '=:'), async (words, breaks) => {
      const typed = joinWords(words, breaks);
      const { candidates } = await answer(programs, typed, { IPYTHONDIR: folder });
      for (const { value } of candidates) expect(value.startsWith(typed.current)).toBe(true);
    }),
    { numRuns: 300 },
  );
});
