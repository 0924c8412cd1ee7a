// --kernel=python: the command line of stock engines, and real ones.
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultsOf } from '@muster/config';
import { missingPart, processesOf, startProgram, temporaryFolder, until } from '@muster/testkit';
import { afterEach, expect, test } from 'vitest';
import { engineSettings } from '../settings.ts';
import type { TestController } from '../test-controller.ts';
import { startTestController } from '../test-controller.ts';
import { pythonEngine } from './arguments.ts';

const python = process.env.PEER_PYTHON ?? '';
const skip = python !== '' && existsSync(python) ? '' : missingPart('PEER_PYTHON', 'npm run e2e -- provision');
const real = test.skipIf(skip !== '');
const main = join(import.meta.dirname, '../main.ts');

let controller: TestController | undefined;
afterEach(async () => {
  await controller?.stop();
  controller = undefined;
});

function translate(given: Partial<ReturnType<typeof defaultsOf<typeof engineSettings>>>, more: object = {}) {
  const values = { ...defaultsOf(engineSettings), ...given };
  const marks = Object.fromEntries(Object.keys(given).map((key) => [key, 'option' as const]));
  return pythonEngine({ values, given: marks, rest: [], profileDir: '/p', rank: undefined, ...more });
}

test('what is not given is left to the stock engine; it waits for its controller as ours does', () => {
  expect(translate({})).toEqual({ args: ['--profile-dir=/p', '--timeout=600', '--log-level=INFO'], ignored: [] });
});

test('every setting that it has is passed on under its name', () => {
  const settings = {
    clusterId: 'c',
    file: '/f.json',
    url: 'tcp://h:1',
    location: 'l',
    ssh: 'me@gate',
    sshKey: '/k',
    waitForFileS: 1,
    timeoutS: 2,
    maxMisses: 3,
    id: 4,
    uuid: 'u',
    workDir: '/w',
    startupScript: '/s.py',
    startupCommand: 'x = 1',
    logLevel: 'warn',
  } as const;
  expect(translate(settings, { rest: ['--IPEngine.enable_nanny=False'] })).toEqual({
    args: [
      '--profile-dir=/p',
      '--cluster-id=c',
      '--file=/f.json',
      '--url=tcp://h:1',
      '--location=l',
      '--ssh=me@gate',
      '--sshkey=/k',
      '--IPEngine.wait_for_url_file=1',
      '--timeout=2',
      '--IPEngine.max_heartbeat_misses=3',
      '--IPEngine.id=4',
      '--Session.session=u',
      '--work-dir=/w',
      '--IPEngine.startup_script=/s.py',
      '--log-level=WARNING',
      '--IPEngine.startup_command=x = 1',
      '--IPEngine.enable_nanny=False',
    ],
    ignored: [],
  });
  expect(translate({ maxQueued: 5, transport: 'zeromq' }).ignored).toEqual(['transport', 'maxQueued']);
});

test('MPI: mpi4py is its own affair; other packages are set up before the startup command, with the rank as the id', () => {
  const last = (args: readonly string[]) => args.slice(3);
  expect(last(translate({ mpi: true }).args)).toEqual([
    '--mpi',
    expect.stringMatching(/^--IPEngine.init_mpi=.*mpi4py/),
  ]);
  expect(last(translate({ mpiUse: 'mpi4py' }, { rank: 3 }).args)[0]).toBe('--mpi');
  expect(last(translate({ mpi: true, mpiInit: 'own()', startupCommand: 'go' }).args)).toEqual([
    '--mpi',
    '--IPEngine.init_mpi=own()',
    '--IPEngine.startup_command=go',
  ]);
  expect(last(translate({ mpiUse: 'pytrilinos', startupCommand: 'go' }, { rank: 3 }).args)).toEqual([
    '--IPEngine.id=3',
    expect.stringMatching(/^--IPEngine.startup_command=from PyTrilinos .*\ngo$/s),
  ]);
  expect(last(translate({ mpiInit: 'own()' }, { rank: 3 }).args)).toEqual([
    '--IPEngine.id=3',
    '--IPEngine.startup_command=own()',
  ]);
});

test.each([
  ['none on PATH', '', 1, /There is no python3 on PATH.\nInstall Python 3, or name one/],
  ['no such program', '--python=/nowhere/python', 1, /--python: there is no program \/nowhere\/python/],
  ['no Python', '--python=tool', 1, /tool does not run as Python 3.8 or newer: what is that\?/],
  [
    'without ipyparallel',
    '--python=bare',
    1,
    /not installed for .*bare \(Python 3.12.1\).\nInstall it: .*bare -m pip install/,
  ],
  ['an old one', '--python=old', 1, /ipyparallel 6.3.0, too old .*pip install 'ipyparallel>=7.1'/s],
  ['no mpi4py', '--python=new --mpi', 1, /mpi4py is not installed for .*\n.* -m pip install mpi4py/],
])('a Python that is missing or lacks something: %s', async (_what, args, code, says) => {
  await using folder = await temporaryFolder('python');
  const program = (name: string, text: string): void => {
    writeFileSync(join(folder.path, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder.path, name), 0o700);
  };
  program('tool', 'echo what is that? >&2; exit 1');
  program('bare', `echo '["3.12.1", null, false]'`);
  program('old', `echo '["3.12.1", "6.3.0", false]'`);
  program('new', `echo '["3.12.1", "9.2.0", false]'`);
  const argv = [process.execPath, main, '--kernel=python', ...args.split(' ').filter((arg) => arg !== '')];
  await using engine = await startProgram(argv, { env: { PATH: folder.path, NODE_OPTIONS: undefined } });
  expect((await engine.exited).code).toBe(code);
  expect(engine.output).toMatch(says);
});

async function startPython(args: readonly string[] = []) {
  controller = await startTestController();
  const env = { IPYTHONDIR: join(controller.folder, 'ipython'), PEER_PYTHON: python };
  const program = await controller.start(['--kernel=python', `--python=${python}`, ...args], env);
  return { controller, program };
}
const gone = (tag: string): Promise<boolean> =>
  until(async () => (await processesOf(tag)).length === 0, { what: 'no process is left', timeoutMs: 20_000 });

real(
  `a stock engine with our settings is this very process; SIGTERM ends it ${skip}`,
  { timeout: 90_000 },
  async () => {
    controller = await startTestController();
    const script = join(controller.folder, 'start.py');
    const work = join(controller.folder, 'work');
    const found = join(controller.folder, 'found.txt');
    mkdirSync(work);
    writeFileSync(
      script,
      `import os\nopen(${JSON.stringify(found)}, 'w').write(f'{os.getpid()} {os.getcwd()} {made}')\n`,
    );
    const env = { IPYTHONDIR: join(controller.folder, 'ipython') };
    const args = [
      '--kernel=python',
      `--python=${python}`,
      `-s`,
      script,
      '-c',
      'made = 7',
      `--work-dir=${work}`,
      '--id=5',
    ];
    const program = await controller.start([...args, '--uuid=mine'], env);
    await until(() => existsSync(found) && readFileSync(found, 'utf8') !== '', {
      what: () => program.output,
      timeoutMs: 60_000,
    });
    expect(readFileSync(found, 'utf8')).toBe(`${program.pid} ${work} 7`);
    expect(controller.registrations).toEqual([{ uuid: 'mine', id: 5 }]);
    await until(() => controller?.beating.has('mine'), { what: () => program.output, timeoutMs: 20_000 });
    // With which status a stock engine ends then depends on its version.
    expect((await program.stop({ graceMs: 20_000 })).signal).toBe(null);
    expect(program.output).toContain('received signal 15, stopping');
    await until(() => controller!.unregistrations.length > 0, { what: 'the goodbye', timeoutMs: 20_000 });
    await gone(program.tag);
  },
);

real(`killed, it says goodbye and leaves nothing ${skip}`, { timeout: 90_000 }, async () => {
  const { controller: at, program } = await startPython();
  await until(() => at.beating.size > 0, { what: () => program.output, timeoutMs: 60_000 });
  process.kill(program.pid, 'SIGKILL');
  await until(() => at.unregistrations.length > 0, { what: 'the goodbye', timeoutMs: 20_000 });
  await gone(program.tag);
});

real(`its exit status is ours ${skip}`, { timeout: 90_000 }, async () => {
  controller = await startTestController({ refuse: 'no room' });
  const env = { IPYTHONDIR: join(controller.folder, 'ipython') };
  const program = await controller.start(['--kernel=python', `--python=${python}`], env);
  expect((await program.exited).code).toBe(255);
  expect(program.output).toContain('no room');
});

/** Starts the engine as an older Node does, with a channel; prints what becomes of it. */
const parent = `const child = require('node:child_process').spawn(process.argv[1], process.argv.slice(2), {
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
child.on('exit', (code, signal) => console.log('EXIT', code, signal));
process.on('SIGTERM', () => child.kill('SIGTERM'));
console.log('CHILD', child.pid);`;

real(
  `handed over by another Node it is a child: signals are passed on, and it does not outlive us ${skip}`,
  { timeout: 120_000 },
  async () => {
    controller = await startTestController();
    const env = { IPYTHONDIR: join(controller.folder, 'ipython'), NODE_OPTIONS: undefined };
    const args = ['--kernel=python', `--python=${python}`, `--file=${controller.file}`];
    const argv = [process.execPath, '-e', parent, process.execPath, main, ...args];
    const at = controller;
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      at.beating.clear();
      await using program = await startProgram(argv, { env });
      await until(() => at.beating.size > 0, { what: () => program.output, timeoutMs: 60_000 });
      const pid = Number(/CHILD (\d+)/.exec(program.output)![1]);
      process.kill(pid, signal);
      await program.says(signal === 'SIGTERM' ? /received signal 15.*EXIT \d+ null/s : 'EXIT null SIGKILL', 30_000);
      await gone(program.tag);
    }
    expect(at.unregistrations).toHaveLength(2);
  },
);
