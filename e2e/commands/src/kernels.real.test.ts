// Engines of every kind in one cluster, for a stock Python client: ours, Python's own, and Jupyter kernels of three languages,
// one of them (deno) with no line in common with ipykernel.
import { join } from 'node:path';
import { connect } from '@muster/client';
import { find, jupyterPathIn } from '@muster/provision';
import { processesOf, until } from '@muster/testkit';
import { expect, test } from 'vitest';
import type { LocalDesk } from './desk.ts';
import { end, newDesk, untilGone } from './desk.ts';
import { clientFile } from './files.ts';
import { python } from './parts.ts';

const part = await find('kernels');
if (!part.present) throw new Error(`${part.title} are missing: E2E_PROVISION=1 npm run e2e -- commands installs them`);
const deskWithKernels = (): Promise<LocalDesk> =>
  newDesk({ JUPYTER_PATH: jupyterPathIn(part.folder), JUPYTER_PREFER_ENV_PATH: '0' });

const script = join(import.meta.dirname, '../python/kernels.py');

interface Cell {
  readonly stdout: string;
  readonly stderr: string;
  readonly result: string | null;
  readonly error: readonly [string, string] | null;
  readonly outputs: readonly object[];
}
interface Answers {
  readonly cells: readonly Cell[];
  readonly interrupted: readonly (readonly [string, string])[];
  readonly calls: readonly (readonly [string, string] | null)[];
  readonly map?: readonly number[];
}

async function ask(desk: LocalDesk, question: object): Promise<Answers> {
  const whole = { n: 1, cells: [], interrupt: [], calls: [], map: false, ...question };
  const said = await desk.must(`${python} ${script}`, { input: JSON.stringify(whole), timeoutMs: 110_000 });
  return JSON.parse(said.trim().split('\n').at(-1)!) as Answers;
}

/** Engines with these options, numbered in their order. */
async function startEngines(desk: LocalDesk, options: readonly string[]) {
  const controller = await desk.start('ipcontroller');
  await clientFile(desk);
  const engines = [];
  for (const option of options) {
    const engine = await desk.start(`ipengine ${option}`);
    engines.push(engine);
    await engine.says(/engine ready|Completed registration/, 90_000);
  }
  return { controller, engines };
}

test('kernels are listed, and one that is unknown is answered by that list', async () => {
  await using desk = await deskWithKernels();
  const listed = JSON.parse(await desk.must('ipengine --list-kernels --json')) as { name: string; problem: null }[];
  expect(listed.map(({ name }) => name)).toEqual(expect.arrayContaining(['node', 'python', 'bash', 'deno', 'python3']));
  expect(await desk.must('ipengine --list-kernels')).toMatch(/^bash +bash +bash +\/.*kernels\/bash$/m);
  const { code, output } = await desk.run('ipengine --kernel=bsh');
  expect(code).toBe(1);
  expect(output).toMatch(/no kernel 'bsh'. Did you mean bash\?\nThere are: node, python, .*deno/);
});

test('five kinds of kernels, one client', async () => {
  await using desk = await deskWithKernels();
  const { controller, engines } = await startEngines(desk, [
    '--kernel=bash --startup-command=started=7',
    "--kernel=deno --startup-command='let started: number = 8'",
    `--kernel=python3 --startup-command='started = 9'`,
    `--kernel=python --python=${python} --startup-command='started = 10'`,
    "--startup-command='let started: number = 11'",
  ]);
  const answers = await ask(desk, {
    n: 5,
    cells: [
      [0, 'echo $started; ls /nowhere'],
      [1, 'console.log(started); console.error("e"); started * 2'],
      [1, 'throw new TypeError("bad")'],
      [1, 'await Deno.jupyter.display(Deno.jupyter.html`<b>x</b>`)'],
      [2, 'print(started); started * 2'],
      [3, 'print(started); started * 2'],
      [4, 'console.log(started); started * 2'],
    ],
    interrupt: [
      [0, 'sleep 60'],
      [2, 'import time; time.sleep(60)'],
    ],
    calls: [0, 1, 2, 3],
    map: true,
  });
  const [bash, deno, thrown, shown, ipykernel, stock, node] = answers.cells;
  expect(bash).toMatchObject({ error: ['Error', '2'], stdout: expect.stringMatching(/^7\n.*nowhere/) });
  expect(deno).toMatchObject({ error: null, stdout: '8\n', stderr: 'e\n', result: expect.stringContaining('16') });
  expect(thrown).toMatchObject({ error: ['TypeError', 'bad'] });
  expect(shown).toMatchObject({ error: null, outputs: [{ 'text/html': '<b>x</b>' }] });
  expect(ipykernel).toMatchObject({ error: null, stdout: '9\n', result: '18' });
  expect(stock).toMatchObject({ error: null, stdout: '10\n', result: '20' });
  expect(node).toMatchObject({ error: null, stdout: '11\n', result: '22' });
  expect(answers.interrupted.map(([ename]) => ename)).toEqual(['KeyboardInterrupt', 'KeyboardInterrupt']);
  const refused = ['NotImplementedError', expect.stringMatching(/Jupyter kernel \w+: it runs code \(execute\)/)];
  expect(answers.calls).toEqual([refused, refused, refused, null]);
  expect(answers.map).toEqual([0, 2, 4, 6, 8, 10]);
  await Promise.all(engines.map((engine) => engine.stop()));
  await Promise.all(engines.map(untilGone));
  await end(controller);
});

test('a restart runs the startup script again; a kernel that dies, and an engine that is killed, leave nothing', async () => {
  await using desk = await deskWithKernels();
  await desk.write('~/start.sh', 'made="$made script"\n');
  const option = '--kernel=bash --startup-script=start.sh --startup-command=\'made="$made command"\'';
  const { controller, engines } = await startEngines(desk, [option]);
  const [engine] = engines;
  const made = async () => (await ask(desk, { cells: [[0, 'echo $made']] })).cells[0]!.stdout;
  expect(await made()).toBe('script command\n');
  await ask(desk, { cells: [[0, 'made=other']] });
  // Python's client cannot ask for it.
  await using client = await connect({ env: desk.env });
  await client.shutdown({ targets: [0], restart: true });
  await engine!.says('kernel restarted', 60_000);
  expect(await made()).toBe('script command\n');
  process.kill(engine!.pid, 'SIGKILL');
  await untilGone(engine!);

  const second = await desk.start(`ipengine ${option}`);
  await second.says('engine ready', 60_000);
  const kernel = await until(
    async () => (await processesOf(second.tag)).find(({ command }) => command.includes('bash_kernel -f')),
    { what: 'its kernel' },
  );
  process.kill(kernel!.pid, 'SIGKILL');
  expect((await second.exited).code).toBe(1);
  expect(second.output).toContain('the kernel crashed; the controller has been told');
  await untilGone(second);
  await end(controller);
});

test('processes of MPI ask for their ranks as numbers, with a kernel of ours and with Python', async () => {
  for (const [options, expression] of [
    ['', "console.log([process.env.OMPI_COMM_WORLD_RANK, 2].join(' '))"],
    [`--kernel=python --python=${python}`, 'print(mpi_rank, mpi.size)'],
  ] as const) {
    await using desk = await newDesk();
    const controller = await desk.start('ipcontroller');
    const engines = await desk.start(`mpiexec -n 2 ipengine --mpi ${options}`);
    await clientFile(desk);
    const { cells } = await ask(desk, { n: 2, cells: [0, 1].map((id) => [id, expression]) });
    expect(cells.map(({ stdout }) => stdout)).toEqual(['0 2\n', '1 2\n']);
    await engines.stop();
    await end(controller);
  }
});
