// Tab, pressed in real shells.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalDesk, newDesk } from './desk.ts';
import { openTerminal, type Terminal } from './terminal.ts';

let desk: LocalDesk;
beforeAll(async () => {
  desk = await newDesk();
  await desk.must('muster profile create mine && muster profile create misc');
  await desk.write('.ipython/profile_mine/security/cluster-blue.json', '{}');
  await desk.write('letter-to-file.json', '{}');
});
afterAll(() => desk[Symbol.asyncDispose]());

/** What is typed, and the line after Tab. */
const rows = [
  ['ipcluster sto', 'ipcluster stop '],
  ['muster cluster sto', 'muster cluster stop '],
  ['muster help completi', 'muster help completion '],
  ['ipcluster start --engine-tim', 'ipcluster start --engine-timeout='],
  ['ipcluster start --daemon', 'ipcluster start --daemonize '],
  ['ipcluster start --engines=SS', 'ipcluster start --engines=SSH '],
  ['ipcluster start --profile=mis', 'ipcluster start --profile=misc '],
  ['ipcluster start --profile mis', 'ipcluster start --profile misc '],
  ['ipcluster stop --profile=mine bl', 'ipcluster stop --profile=mine blue '],
  ['ipcontroller --sche', 'ipcontroller --scheme='],
  ['ipcontroller --scheme=twob', 'ipcontroller --scheme=twobin '],
  ['ipcontroller --HubFactory.locat', 'ipcontroller --HubFactory.location='],
  ['ipengine --file=lett', 'ipengine --file=letter-to-file.json '],
  ['ipengine --file lett', 'ipengine --file letter-to-file.json '],
  ['muster profile delete mis', 'muster profile delete misc '],
  ['ipcluster start -- --nod', 'ipcluster start -- --nodb '],
  ['muster completion zs', 'muster completion zsh '],
] as const;

describe.each([
  ['bash', ['eval "$(muster completion bash)"']],
  ['zsh', ['autoload -Uz compinit', 'compinit -D -u', 'eval "$(muster completion zsh)"']],
] as const)('%s', (shell, setUp) => {
  let terminal: Terminal;
  beforeAll(async () => {
    terminal = await openTerminal(desk, shell, setUp);
  });
  afterAll(() => terminal?.[Symbol.asyncDispose]());

  test.each(rows)('%s', async (typed, wanted) => {
    const { line } = await terminal.complete(typed);
    expect(line.trimEnd()).toBe(wanted.trimEnd());
  });

  test('what is not decided yet is listed', async () => {
    const { line, shown } = await terminal.complete('ipcluster sta', shell === 'bash' ? 2 : 1);
    expect(line).toBe('ipcluster sta');
    for (const command of ['start', 'status']) expect(shown).toContain(command);
  });

  test('where nothing is known, nothing is done', async () => {
    expect((await terminal.complete('ipcluster stop --frob')).line).toBe('ipcluster stop --frob');
    expect((await terminal.complete('ipcontroller --ip=')).line).toBe('ipcontroller --ip=');
  });
});

test('fish', async () => {
  for (const [typed, wanted] of rows) {
    await desk.write('ask.fish', `muster completion fish | source; complete -C '${typed}'`);
    const found = await desk.must('fish ask.fish');
    const word = wanted.trimEnd().split(' ').at(-1);
    expect(
      found
        .trim()
        .split('\n')
        .map((line) => line.split('\t')[0]),
      typed,
    ).toEqual([word]);
  }
  await desk.write('ask.fish', "muster completion fish | source; complete -C 'ipcluster sta'");
  expect(await desk.must('fish ask.fish')).toBe(
    'start\tstart a controller and engines\nstatus\tshow how a cluster is\n',
  );
});

test('the script of zsh is also one for a folder of $fpath', async () => {
  await desk.must('mkdir -p zfunc && muster completion zsh >zfunc/_muster');
  await using terminal = await openTerminal(desk, 'zsh', [
    'fpath=(~/zfunc $fpath)',
    'autoload -Uz compinit',
    'compinit -D -u',
  ]);
  expect((await terminal.complete('ipcluster sto')).line.trimEnd()).toBe('ipcluster stop');
});
