// What people get wrong, and what the programs say to it.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Desk } from './desk.ts';
import { newDesk } from './desk.ts';

interface Mistake {
  readonly title: string;
  readonly line: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly prepare?: string;
  readonly code: number;
  /** All of these are said. */
  readonly says: readonly (RegExp | string)[];
}

const profile = '~/.ipython/profile_default';
const mistakes: readonly Mistake[] = [
  {
    title: 'a profile that there is not: how it is made',
    ...{ line: 'ipcluster engines --profile=nosuch -n 1', code: 1 },
    says: ['nosuch', 'muster profile create nosuch'],
  },
  {
    title: 'a start with a profile that there is not: that it is new, for it may be a typo',
    ...{ line: 'ipcluster start --profile=nosuch --engines=PBX', code: 1 },
    says: ['Profile nosuch is new', 'muster profile list', 'PBX'],
  },
  {
    title: 'a config file with an error of syntax: file and line',
    files: { [`${profile}/ipcontroller_config.ts`]: "c.HubFactory.ip = '*';\nc.HubFactory.location = ;\n" },
    ...{ line: 'ipcontroller', code: 1, says: [/ipcontroller_config\.ts:2/] },
  },
  {
    title: 'a config file that throws: file and line',
    files: { [`${profile}/ipcontroller_config.ts`]: "\n\nthrow new Error('not today');\n" },
    ...{ line: 'ipcontroller', code: 1, says: [/ipcontroller_config\.ts:3/, 'not today'] },
  },
  {
    title: 'a config file of the wrong form: file and line',
    files: { [`${profile}/ipengine_config.json`]: '{\n  "IPEngine": {,}\n}\n' },
    ...{ line: 'ipengine', code: 1, says: [/ipengine_config\.json:2/] },
  },
  {
    title: 'a wrong type: what it has to be',
    files: { [`${profile}/ipcluster_config.ts`]: "c.IPClusterEngines.n = 'many';\n" },
    ...{ line: 'ipcluster start', code: 1, says: ['IPClusterEngines.n', 'many', 'ipcluster_config.ts'] },
  },
  {
    title: 'a name with a typo: what was meant',
    files: { [`${profile}/ipcontroller_config.ts`]: "c.HubFactory.lokation = '10.0.0.1';\n" },
    ...{ line: 'ipcontroller', code: 1, says: ['lokation', 'HubFactory.location'] },
  },
  {
    title: 'an option with a typo: what was meant',
    ...{ line: 'ipcontroller --HubFactory.lokation=10.0.0.1', code: 2, says: ['lokation', 'HubFactory.location'] },
  },
  {
    title: 'two config files for one program: both are named',
    files: {
      [`${profile}/ipcontroller_config.ts`]: 'c.HubFactory.ip = "*";\n',
      [`${profile}/ipcontroller_config.json`]: '{}\n',
    },
    ...{ line: 'ipcontroller', code: 1, says: ['ipcontroller_config.ts', 'ipcontroller_config.json'] },
  },
  {
    title: 'a launcher that there is not: those that there are',
    ...{ line: 'ipcluster start -n 1 --engines=Teleport', code: 1, says: ['Teleport', /local/i, 'MPI', 'PBS', 'SSH'] },
  },
  {
    title: 'a controller that does not come up: the end of its log',
    ...{ line: 'ipcluster start -n 1 -- --ip=203.0.113.7', code: 1, says: ['203.0.113.7', /log/] },
  },
  {
    title: 'a host that ssh cannot reach',
    files: {
      [`${profile}/ipcluster_config.ts`]:
        "c.IPClusterEngines.engine_launcher_class = 'SSH';\nc.SSHEngineSetLauncher.engines = { 'no-such-host.invalid': 1 };\n",
    },
    ...{ line: 'ipcluster start', code: 1, says: ['no-such-host.invalid'] },
  },
  {
    title: 'a profile folder that cannot be written',
    prepare: 'mkdir -p ~/.ipython && echo >~/.ipython/profile_default',
    ...{ line: 'ipcontroller', code: 1, says: ['profile_default'] },
  },
];

async function makeIt(desk: Desk, { files = {}, prepare }: Mistake): Promise<void> {
  for (const [path, text] of Object.entries(files)) await desk.write(path, text);
  if (prepare !== undefined) await desk.must(prepare);
}

test.concurrent.each(mistakes)('$title', { timeout: 60_000 }, async (mistake) => {
  await using desk = await newDesk();
  await makeIt(desk, mistake);
  const run = await desk.run(mistake.line);
  for (const text of mistake.says) {
    if (typeof text === 'string') expect(run.output).toContain(text);
    else expect(run.output).toMatch(text);
  }
  expect(run.code, run.output).toBe(mistake.code);
  expect(run.output).not.toMatch(/^ {4}at /m);
  expect(run.leftBehind).toEqual([]);
});

test('a stale pid file is no obstacle, and is told', async () => {
  await using desk = await newDesk();
  const pid = 4_190_000;
  await desk.write(`${profile}/pid/ipcontroller.pid`, `${pid}\n`);
  await using controller = await desk.start('ipcontroller');
  await controller.says(/pid/);
  expect(readFileSync(`${desk.home}/.ipython/profile_default/pid/ipcontroller.pid`, 'utf8')).toContain(
    String(controller.pid),
  );
});

test('a full disk is told, and nothing is left', async () => {
  await using desk = await newDesk();
  await desk.must('mkdir -p ~/.ipython/profile_default && mount -t tmpfs -o size=16k tmpfs ~/.ipython/profile_default');
  try {
    await desk.must('dd if=/dev/zero of=.ipython/profile_default/fill bs=1k 2>/dev/null || true');
    const run = await desk.run('ipcontroller');
    expect(run.code, run.output).toBe(1);
    expect(run.output).toMatch(/ENOSPC|no space|full/i);
    expect(run.leftBehind).toEqual([]);
  } finally {
    await desk.must('umount ~/.ipython/profile_default');
  }
});
