import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { ConnectOptions } from '@muster/client';
import { connect } from '@muster/client';
import type { Machines } from '@muster/lab';
import { createMachines } from '@muster/lab';
import { processesOf, runProgram, startProgram, until } from '@muster/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkout, ourCommand } from './controller.ts';
import { installed, pythonEngine } from './engines.ts';
import { nothingLeftOn } from './nothing-left.ts';
import type { Here } from './tunnel-lab.ts';
import { bring, shareLogin, startHidden, startOn, startSshServer, stopOn, userHere } from './tunnel-lab.ts';

let machines: Machines;
let here: Here;
beforeAll(async () => {
  machines = await createMachines(3, { shared: installed });
  here = await userHere(machines);
});
afterAll(async () => {
  await here?.[Symbol.asyncDispose]();
  await machines?.close();
});

const machine = (number: number) => machines.list[number - 1]!;
const ipengine = ourCommand('ipengine');
const ipcluster = [process.execPath, join(checkout, 'packages/cli/bin/ipcluster.js')];
const stockEngine = pythonEngine.command!;
const python = stockEngine[0]!;
const [engineFile, clientFile] = ['/home/machine/engine.json', '/home/machine/client.json'];
/** Losses are to be noticed soon. */
const patience = '-o ServerAliveInterval=1 -o ServerAliveCountMax=2';

test('a controller on loopback only: engines and clients of both kinds on other machines, all by tunnels', async () => {
  await using controller = await startHidden(machine(1), ['--engine-ssh=machine1', '--ssh=root@machine1']);
  expect(JSON.parse(controller.engineFile)).toMatchObject({ ssh: 'machine1', interface: 'tcp://127.0.0.1' });
  expect(JSON.parse(controller.clientFile)).toMatchObject({ ssh: 'root@machine1', location: 'machine1' });
  await shareLogin(machine(2), 'machine1');
  await bring(machine(2), engineFile, controller.engineFile);
  await shareLogin(machine(3), 'machine1');
  await bring(machine(3), clientFile, controller.clientFile);
  const inProfile = '/home/machine/.ipython/profile_default/security/ipcontroller-engine.json';
  await bring(machine(3), inProfile, controller.engineFile);

  await using stock = await startOn(machine(2), [...stockEngine, `--file=${engineFile}`, '--timeout=20']);
  await using node = await startOn(machine(2), [...ipengine, `--file=${engineFile}`]);
  await using engines = await startOn(machine(3), [...ipcluster, 'engines', '--n=2']);
  await using client = await here.connect(controller.clientFile);
  await until(() => client.ids.length === 4, {
    what: () => `four engines; it is said: ${node.output}\n${engines.output}\n${stock.output}`,
    timeoutMs: 50_000,
  });
  const byKernel = (kind: string) => client.engines.filter(({ kernel }) => kernel === kind).map(({ id }) => id);
  const printed = client.view(byKernel('node')).execute("console.log((await import('node:os')).hostname())");
  await printed.get({ timeoutMs: 20_000 });
  expect(printed.stdout.trim().split('\n').toSorted()).toEqual(['machine2', 'machine3', 'machine3']);

  const program = `import ipyparallel as ipp
client = ipp.Client('${clientFile}')
client.wait_for_engines(4, timeout=30)
print('from', client[${byKernel('python')[0]}].apply_sync(lambda: __import__('socket').gethostname()))
client.close()`;
  await using asked = await startOn(machine(3), [python, '-c', program]);
  await until(() => asked.exit, {
    what: () => `the end of Python's client: ${asked.output}\n${stock.output}`,
    timeoutMs: 40_000,
  });
  expect(asked.output).toContain('from machine2');

  await client.close();
  expect(await stopOn(node)).toBe(0);
  // Its goodbye came through before the tunnel was closed.
  await controller.program.says(/engine unregistered .*(has shut down|asked for it)/);
  await engines.stop();
  await stock.stop();
  for (const number of [2, 3]) {
    await machine(number).must('ssh -O exit machine1 2>/dev/null');
    await nothingLeftOn(machine(number));
  }
}, 180_000);

test('the ssh server is killed and comes back, then the network: engine and client go on as they were', async () => {
  await using server = await startSshServer(machine(1), 2222);
  const beats = ['--ping=500', '--HeartMonitor.max_heartmonitor_misses=10'];
  await using controller = await startHidden(machine(1), [`--engine-ssh=${server.name}`, ...beats]);
  await bring(machine(2), engineFile, controller.engineFile);
  const env = { MUSTER_SSH_COMMAND: `ssh -o HostKeyAlias=machine1 ${patience}` };
  await using engine = await startOn(machine(2), [...ipengine, `--file=${engineFile}`], env);
  await engine.says('engine ready', 40_000);
  await using client = await here.connect(controller.clientFile, { ssh: server.name });
  const troubles: string[] = [];
  client.on('transport.failed', (error) => troubles.push(error.message));
  const [id] = await client.waitForEngines(1);
  await client.view(id!).push({ x: 41 });
  const times = (text: string): number => engine.output.split(text).length - 1;
  const upAgain = async (count: number): Promise<void> => {
    await until(() => times('the ssh tunnel is up again') === count, { what: () => engine.output, timeoutMs: 40_000 });
    // Whether the controller has missed it meanwhile or not, it is the same engine with the same number.
    await until(async () => (await client.view(id!).pull(['x']).get({ timeoutMs: 5000 })).x === 41, {
      what: () => `engine ${id} of ${client.ids}: ${engine.output}`,
      timeoutMs: 30_000,
    });
  };

  await server.kill();
  await engine.says(/the ssh tunnel is down.*closed the connection/, 20_000);
  await until(() => troubles.some((text) => /closed the connection|refuses connections/.test(text)), {
    what: () => `the client's loss: ${troubles}`,
  });
  await server.start();
  await upAgain(1);

  const link = (state: string) => runProgram([...machine(1).enter, 'ip', 'link', 'set', 'eth0', state]);
  expect(await link('down')).toMatchObject({ code: 0 });
  await until(() => times('does not answer') >= 1, { what: () => engine.output, timeoutMs: 30_000 });
  await controller.program.says('it stopped answering pings', 30_000);
  expect(await link('up')).toMatchObject({ code: 0 });
  await upAgain(2);
  expect(controller.program.output).toContain('engine is back');
  expect(client.ids).toEqual([id]);
  await client.close();
  expect(await stopOn(engine)).toBe(0);
});

test('whose owner is killed: no ssh is left', async () => {
  await using controller = await startHidden(machine(1), ['--ssh=root@machine1']);
  await bring(machine(2), engineFile, controller.engineFile);
  await using engine = await startOn(machine(2), [...ipengine, `--file=${engineFile}`, '--ssh=root@machine1']);
  const script = `const { connect } = await import(${JSON.stringify(import.meta.resolve('@muster/client'))});
    const client = await connect(JSON.parse(process.env.OPTIONS));
    console.log('connected', client.ids.length);`;
  const { env, ...options } = await here.options(controller.clientFile);
  await using client = await startProgram([process.execPath, '--input-type=module', '-e', script], {
    env: { OPTIONS: JSON.stringify(options), MUSTER_SSH_COMMAND: env!.MUSTER_SSH_COMMAND },
  });
  await engine.says('engine ready', 40_000);
  await client.says('connected', 40_000);
  for (const program of [engine, client]) {
    const found = await processesOf(program.tag);
    expect(
      found.filter(({ command }) => command.startsWith('ssh ')),
      JSON.stringify(found),
    ).toHaveLength(1);
    const owner = found.find(({ command }) => command.startsWith(process.execPath) && !command.includes('kernel'));
    process.kill(owner!.pid, 'SIGKILL');
    await until(async () => (await processesOf(program.tag)).length === 0, {
      what: `nothing is left of ${owner!.command}`,
    });
  }
});

test('ssh servers that do not let one through, each with what to do', async () => {
  await using guarded = await startSshServer(machine(1), 2223, [
    'PasswordAuthentication yes',
    'PubkeyAuthentication no',
  ]);
  await using closed = await startSshServer(machine(1), 2224, ['AllowTcpForwarding no']);
  await using stack = new AsyncDisposableStack();
  const silent = createServer().listen(0, '127.0.0.1');
  stack.defer(() => void silent.close());
  await until(() => silent.listening, { what: 'a listener' });
  const { port } = silent.address() as { port: number };
  const ports = { registration: 1, control: 2, mux: 3, task: 4, iopub: 5, notification: 6, broadcast: 7 };
  const file = JSON.stringify({ ...ports, interface: 'tcp://127.0.0.1', key: 'k', location: '', task_scheme: 'pure' });
  const usual = await here.options(file);
  const other = join(here.folder, 'other-hosts');
  writeFileSync(other, `machine1 ${machine(2).knownHost.split(' ').slice(1).join(' ')}`);
  const by = (extra: string) => ({
    env: { ...usual.env, MUSTER_SSH_COMMAND: `${usual.env!.MUSTER_SSH_COMMAND} ${extra}` },
  });
  const cases: [Partial<ConnectOptions>, string, RegExp][] = [
    [{ ssh: 'root@machine1:9' }, 'unreachable', /refuses connections/],
    [{ ssh: 'root@no-such-host.invalid' }, 'unreachable', /not a host that is known/],
    [{ ssh: `root@127.0.0.1:${port}`, ...by('-o ConnectTimeout=1') }, 'timeout', /does not answer/],
    [{ ssh: 'root@machine1', ...by(`-o UserKnownHostsFile=${other}`) }, 'access_denied', /another host key/],
    [{ ssh: 'root@machine1', ...by('-o UserKnownHostsFile=/dev/null') }, 'access_denied', /nobody has accepted/],
    [{ ssh: guarded.name }, 'access_denied', /password/],
    [{ ssh: 'root@machine1', sshKey: join(here.folder, 'no-key') }, 'access_denied', /private key cannot be used/],
    [{ ssh: closed.name }, 'access_denied', /forwards no ports/],
    [
      { ssh: 'root@machine1', env: { MUSTER_SSH_COMMAND: 'no-such-ssh' } },
      'unreachable',
      /'no-such-ssh', which cannot/,
    ],
    [{ ssh: '-oProxyCommand=id' }, 'bad_option', /not an ssh server/],
  ];
  await Promise.all(
    cases.map(async ([change, code, message]) => {
      const error = await connect({ ...usual, ...change }).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
      expect((error as { remedy: string }).remedy.length).toBeGreaterThan(20);
    }),
  );
  expect((await runProgram(['pgrep', '-f', `ssh -F ${here.folder}`])).output).toBe('');

  await bring(
    machine(2),
    engineFile,
    file.replace('"notification":6,"broadcast":7', '"hb_ping":6,"hb_pong":7,"broadcast":[8]'),
  );
  const env = { MUSTER_SSH_COMMAND: 'ssh -o HostKeyAlias=machine1' };
  await using engine = await startOn(machine(2), [...ipengine, `--file=${engineFile}`, `--ssh=${closed.name}`], env);
  expect(await engine.exited).toMatchObject({ code: 1 });
  expect(engine.output).toMatch(/ipengine: The ssh server .* forwards no ports .*\nHave its administrator allow it/s);
});
