// A network of its own: a switch in a namespace that ends with its process, and with it every cable that is plugged in.
// So nothing of it can be left on this machine, however a run ends.
import { randomInt } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { Program } from '@muster/testkit';
import { runProgram, startProgram, until } from '@muster/testkit';
import { must } from './must.ts';

export interface Network extends AsyncDisposable {
  /** This machine's address in it. */
  readonly hostAddress: string;
  /** Name of this machine's card in it. */
  readonly hostCard: string;
  /** The next address that is free, as `A.B.C.D`. */
  nextAddress(): string;
  /**
   * Puts a network card called `name` with that address into a namespace: a pid, the name of one of `ip netns`, or the path
   * of one. Resolves to what pulls its cable out: packets to that address then reach nobody.
   */
  plug(namespace: string | number, name: string, address: string): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** Addresses for the tests of networks (RFC 2544), which no real network uses: 512 networks of 254 machines. */
function pickPrefix(): string {
  const taken = new Set(
    Object.values(networkInterfaces()).flatMap((list) =>
      (list ?? []).map(({ address }) => address.replace(/\.\d+$/, '')),
    ),
  );
  for (;;) {
    const prefix = `198.${18 + randomInt(2)}.${randomInt(256)}`;
    if (!taken.has(prefix)) return prefix;
  }
}

const namespaceOf = (pid: number | string): string => readlinkSync(`/proc/${pid}/ns/net`);

/** Resolves when the program has left this machine's network. */
export const untilApart = (program: Program): Promise<true> =>
  until(
    () => {
      if (program.exit !== undefined) throw new Error(`it ended:\n${program.output}`);
      return namespaceOf(program.pid) !== namespaceOf('self');
    },
    { what: () => `a namespace of its own for pid ${program.pid}: ${program.output}` },
  );

export async function createNetwork(): Promise<Network> {
  const prefix = pickPrefix();
  let next = 1;
  const nextAddress = (): string => {
    if (next > 254) throw new Error('a network has room for 254 machines');
    return `${prefix}.${next++}`;
  };
  const program = await startProgram(['unshare', '--net', 'sleep', 'infinity']);
  const inSwitch = ['nsenter', `--net=/proc/${program.pid}/ns/net`, 'ip'];
  let ports = 0;
  const plug: Network['plug'] = async (namespace, name, address) => {
    const port = `port${++ports}`;
    const inside = `nsenter --net="${typeof namespace === 'number' ? `/proc/${namespace}/ns/net` : netnsPath(namespace)}" ip`;
    await must([...inSwitch, 'link', 'add', port, 'type', 'veth', 'peer', 'name', name, 'netns', String(namespace)]);
    await must([...inSwitch, 'link', 'set', port, 'master', 'switch', 'up']);
    await must(['sh', '-c', `${inside} addr add ${address}/24 dev ${name} && ${inside} link set ${name} up`]);
    return async () => void (await must([...inSwitch, 'link', 'delete', port]));
  };
  const hostCard = `mlab${program.pid}`;
  const close = async (): Promise<void> => {
    // It would go by itself, a moment after the switch.
    await runProgram(['ip', 'link', 'delete', hostCard]);
    await program.stop({ signal: 'SIGKILL' });
  };
  try {
    await untilApart(program);
    await must([...inSwitch, 'link', 'add', 'switch', 'type', 'bridge']);
    await must([...inSwitch, 'link', 'set', 'switch', 'up']);
    const hostAddress = nextAddress();
    await plug(process.pid, hostCard, hostAddress);
    return { hostAddress, hostCard, nextAddress, plug, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

const netnsPath = (namespace: string): string => (namespace.includes('/') ? namespace : `/run/netns/${namespace}`);
