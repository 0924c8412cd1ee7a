// The client of the load: requests of one mode at a time, and what they cost.
import { newId } from '@muster/machine/node';
import type { ClientConnection } from '@muster/protocol';
import { channelUrl } from '@muster/protocol';
import type { Socket, SocketKind, Transport } from '@muster/transport';
import { createHmacSigner } from '@muster/transport';
import { createAnswers, faultOf } from './answers.ts';
import { drive } from './drive.ts';
import type { HubQuestions } from './hub-questions.ts';
import { askHub } from './hub-questions.ts';
import { cpuUs } from './process-costs.ts';
import type { Mode, Target } from './requests.ts';
import { createRequests } from './requests.ts';

export interface RunOptions {
  readonly mode: Mode;
  readonly tasks: number;
  readonly window: number;
  /** Bytes of the first buffer of each request. */
  readonly payloadBytes?: number;
  /** Wait until the hub counts every request as completed; it counts tasks and direct requests only. */
  readonly settle: boolean;
  /** Processes of the controller. */
  readonly pids: readonly number[];
}

/** What a run has shown; processor time is for each request, of all processes of the controller. */
export interface RunResult {
  readonly tasks: number;
  readonly answeredPerS: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly cpuUs: number;
  /** The same until the hub has counted all; missing where it was not asked. */
  readonly settledPerS?: number;
  readonly settledCpuUs?: number;
  /** Processor time of this client for each request. */
  readonly clientCpuUs: number;
}

export interface LoadClient {
  readonly hub: HubQuestions;
  /** Who direct requests and broadcasts go to from now on: all that are registered. */
  target(): Promise<number>;
  /** Rejects when an answer is missing, wrong, an error, or comes twice. */
  run(options: RunOptions): Promise<RunResult>;
}

/** More requests are signed while the load runs. */
const signedAhead = 50_000;
/** A question costs the hub some time, too. */
const pollMs = 25;
const silenceMs = 60_000;

export function openClient(connection: ClientConnection, transport: Transport): LoadClient {
  const signer = createHmacSigner(connection.key);
  const session = newId();
  const hub = askHub(connection, signer, transport);
  const sockets = createSockets(connection, transport);
  let targets: Target[] = [];
  let next = 0;

  async function run({ mode, tasks, window, payloadBytes, settle, pids }: RunOptions): Promise<RunResult> {
    const first = next;
    next += tasks;
    const each = mode === 'broadcast' ? targets.length : 1;
    const answers = createAnswers({ signer, session, first, count: tasks, each });
    const make = createRequests({ mode, signer, session, targets, ...(payloadBytes && { payloadBytes }) });
    const ahead = Array.from({ length: Math.min(tasks, signedAhead) }, (_, n) => make(first + n));
    const frames = (n: number) => ahead[n] ?? make(first + n);
    const settledBefore = settle ? (await hub.queues()).completed : 0;
    const [before, ownBefore] = [cpuUs(pids), cpuUs([process.pid])];
    const begin = performance.now();
    const socket = sockets.of(mode);
    const { seconds, latenciesUs } = await drive({ socket, answers, frames, count: tasks, window, silenceMs });
    const [after, ownAfter] = [cpuUs(pids), cpuUs([process.pid])];
    if (settle) await settled(hub, settledBefore + tasks);
    const settledS = (performance.now() - begin) / 1000;
    const fault = faultOf(answers.tally, tasks * each);
    if (fault !== undefined) throw new Error(`${mode}: ${fault}`);
    return {
      tasks,
      answeredPerS: tasks / seconds,
      p50Us: latenciesUs[Math.floor(tasks / 2)]!,
      p99Us: latenciesUs[Math.floor(tasks * 0.99)]!,
      cpuUs: (after - before) / tasks,
      ...(settle && { settledPerS: tasks / settledS, settledCpuUs: (cpuUs(pids) - before) / tasks }),
      clientCpuUs: (ownAfter - ownBefore) / tasks,
    };
  }
  return {
    hub,
    async target() {
      sockets.listen();
      targets = await hub.engines();
      return targets.length;
    },
    run,
  };
}

interface Sockets {
  /** The one for requests of a mode. */
  of(mode: Mode): Socket;
  /** Takes what engines publish, as every client does, so that the controller has to send it. */
  listen(): void;
}

function createSockets(connection: ClientConnection, transport: Transport): Sockets {
  const { task, mux, broadcast } = connection;
  const ports: Readonly<Record<Mode, number>> = { task, direct: mux, relay: mux, broadcast, coalesced: broadcast };
  const opened = new Map<number, Socket>();
  function open(kind: SocketKind, port: number): Socket {
    const socket = opened.get(port) ?? transport.open({ kind });
    if (!opened.has(port)) socket.connect(channelUrl(connection, port));
    opened.set(port, socket);
    return socket;
  }
  return {
    of: (mode) => open('dealer', ports[mode]),
    listen: () => open('sub', connection.iopub).onMessages(() => {}),
  };
}

/** Resolves when the hub counts so many requests as completed, and rejects when it counts more. */
async function settled(hub: HubQuestions, completed: number): Promise<void> {
  const deadline = performance.now() + silenceMs * 5;
  for (;;) {
    const now = (await hub.queues()).completed;
    if (now === completed) return;
    if (now > completed) throw new Error(`The hub counts ${now} requests as completed, there were ${completed}.`);
    if (performance.now() > deadline) throw new Error(`The hub counts only ${now} of ${completed} as completed.`);
    await new Promise((done) => setTimeout(done, pollMs));
  }
}
