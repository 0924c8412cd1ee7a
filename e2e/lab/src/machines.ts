// Machines for tests: each has a network card, processes, mounts, a host name and an ssh server of its own, and the real
// machine's installed programs. They are namespaces, up in half a second, and gone with the process that made them.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finished, Program } from '@muster/testkit';
import { runProgram, startProgram, temporaryFolder, until } from '@muster/testkit';
import { must } from './must.ts';
import type { Network } from './network.ts';
import { createNetwork, untilApart } from './network.ts';

export interface Machine {
  /** Its host name, which the other machines know too. */
  readonly name: string;
  readonly address: string;
  /** Public key of its ssh server, as a line of known_hosts. */
  readonly knownHost: string;
  /** Stands before the argv of a program of this machine that shall run in that one, as root and in `/`. */
  readonly enter: readonly string[];
  /** Runs a line of shell there, by ssh, and resolves to how it ended. */
  run(line: string, options?: { readonly timeoutMs?: number; readonly input?: string }): Promise<Finished>;
  /** As `run`, but resolves to the standard output and rejects when it fails. */
  must(line: string, options?: { readonly timeoutMs?: number; readonly input?: string }): Promise<string>;
  /** All its processes end at once, and it answers no more. */
  powerOff(): Promise<void>;
}

export interface Machines extends AsyncDisposable {
  readonly list: readonly Machine[];
  /** Where machines reach this process. */
  readonly hostAddress: string;
  /** Private key that lets root in on all of them; they have it too. */
  readonly keyFile: string;
  /** known_hosts of all of them. */
  readonly knownHosts: string;
  /** Their network: plug more namespaces into it. */
  readonly network: Network;
  close(): Promise<void>;
}

export interface MachinesOptions {
  /** Folders of the real machine that all have too, at the same path; needed only for what is on another file system. */
  readonly shared?: readonly string[];
  /** `NAME1`, `NAME2`, … Default `machine`. */
  readonly name?: string;
}

/** Starts n machines. Needs root and the part `machines`; rejects with what a machine said when it does not come up. */
export async function createMachines(
  n: number,
  { shared = [], name = 'machine' }: MachinesOptions = {},
): Promise<Machines> {
  await using cleanUp = new AsyncDisposableStack();
  const state = cleanUp.use(await temporaryFolder('lab'));
  const network = cleanUp.use(await createNetwork());
  const plans = Array.from({ length: n }, (_, i) => ({ name: `${name}${i + 1}`, address: network.nextAddress() }));
  const keyFile = join(state.path, 'key');
  const keys = await Promise.all(
    [keyFile, ...plans.map((plan) => join(state.path, `${plan.name}.host-key`))].map(makeKey),
  );
  const knownHosts = plans.map((plan, i) => `${plan.name},${plan.address} ${keys[i + 1]}\n`);
  await writeFile(join(state.path, 'known-hosts'), knownHosts.join(''));
  await writeFile(join(state.path, 'hosts'), hostsFile(network.hostAddress, plans));
  const list = await Promise.all(
    plans.map(async (plan, i) => {
      await mkdir(join(state.path, `${plan.name}.disk`));
      const program = await startMachine(plan, state.path, shared);
      cleanUp.defer(async () => void (await program.stop({ signal: 'SIGKILL' })));
      const unplug = await network.plug(program.pid, 'eth0', plan.address);
      const powerOff = async (): Promise<void> => {
        // The kernel keeps a namespace a moment longer than its processes, and would refuse connections for them.
        await unplug();
        await program.stop({ signal: 'SIGKILL' });
      };
      const machine = machineOf(plan, program.pid, powerOff, keyFile, knownHosts[i]!, state.path);
      await until(
        async () => {
          if (program.exit !== undefined) throw new Error(`it ended:\n${program.output}`);
          return (await machine.run('true')).code === 0;
        },
        { what: () => `the ssh server of ${plan.name}: ${program.output}` },
      );
      return machine;
    }),
  );
  const whole = cleanUp.move();
  const close = (): Promise<void> => whole.disposeAsync();
  return {
    ...{ list, hostAddress: network.hostAddress, keyFile, knownHosts: knownHosts.join(''), network, close },
    [Symbol.asyncDispose]: close,
  };
}

interface Plan {
  readonly name: string;
  readonly address: string;
}

/** Makes a key pair; resolves to the public key. */
async function makeKey(file: string): Promise<string> {
  await must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file]);
  const [type, key] = (await must(['ssh-keygen', '-y', '-f', file])).split(' ');
  return `${type} ${key!.trim()}`;
}

const hostsFile = (hostAddress: string, plans: readonly Plan[]): string =>
  [
    '127.0.0.1 localhost',
    `${hostAddress} lab-host`,
    ...plans.map(({ name, address }) => `${address} ${name}`),
    '',
  ].join('\n');

async function startMachine({ name, address }: Plan, state: string, shared: readonly string[]): Promise<Program> {
  const namespaces = ['--net', '--mount', '--uts', '--ipc', '--pid', '--fork', '--kill-child=KILL'];
  const program = await startProgram(
    ['unshare', ...namespaces, '--propagation=private', 'sh', join(import.meta.dirname, 'machine-init.sh')],
    { env: { NAME: name, ADDRESS: address, STATE: state, SHARED: shared.map((folder) => `${folder}\n`).join('') } },
  );
  await untilApart(program);
  return program;
}

function machineOf(
  plan: Plan,
  pid: number,
  powerOff: () => Promise<void>,
  keyFile: string,
  knownHost: string,
  state: string,
): Machine {
  const files = ['-i', keyFile, '-o', 'IdentitiesOnly=yes', '-o', `UserKnownHostsFile=${join(state, 'known-hosts')}`];
  const ssh = ['ssh', '-F', 'none', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=5', '-o', 'LogLevel=ERROR', ...files];
  const run: Machine['run'] = (line, options = {}) =>
    runProgram([...ssh, `root@${plan.address}`, line], { timeoutMs: 30_000, ...options });
  return {
    ...plan,
    knownHost,
    // Its process 1 is the only child of that one, which has all its namespaces but the one of processes.
    enter: [
      ...['nsenter', '--target', String(pid), '--mount', '--uts', '--ipc', '--net'],
      ...[`--pid=/proc/${pid}/ns/pid_for_children`, '--'],
    ],
    run,
    must: async (line, options) => {
      const { code, output, stdout } = await run(line, options);
      if (code !== 0) throw new Error(`'${line}' failed on ${plan.name} (${code}):\n${output}`);
      return stdout;
    },
    powerOff,
  };
}
