// pyzmq in a process of its own, driven by lines of JSON: python/peer.py.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { find, pythonIn } from '@muster/provision';
import { guardRun, runTag, runVariable } from '@muster/testkit';
import type { FrameSeen, FrameToSend, Peer, PeerSocket } from './peer.ts';

const script = join(import.meta.dirname, '../../python/peer.py');

/** The process itself, which tests stop (SIGSTOP), continue and kill. */
export interface PyzmqPeer extends Peer {
  signal(name: NodeJS.Signals): void;
}

async function findPython(): Promise<string> {
  const found = await find('ipyparallel');
  if (!found.present)
    throw new Error(`${found.title} is missing: E2E_PROVISION=1 npm run e2e -- transport installs it`);
  return pythonIn(found.folder);
}
let python: Promise<string> | undefined;

type Call = (words: Readonly<Record<string, unknown>>) => Promise<unknown>;
interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

export async function startPyzmq(): Promise<PyzmqPeer> {
  guardRun();
  python ??= findPython();
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', [runVariable]: runTag };
  const child = spawn(await python, ['-u', script], { stdio: ['pipe', 'pipe', 'inherit'], env });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let count = 0;
  let socketCount = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, value, error } = JSON.parse(line) as Answer;
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(value);
    else call?.reject(new Error(`pyzmq: ${error}`));
  });
  child.stdin.on('error', () => {});
  void ended.then(() => {
    for (const call of waiting.values()) call.reject(new Error('pyzmq: the process has ended'));
  });
  const call: Call = (words) => {
    if (child.exitCode !== null || child.signalCode !== null) return Promise.reject(new Error('pyzmq: it has ended'));
    const answer = Promise.withResolvers<unknown>();
    waiting.set(++count, answer);
    child.stdin.write(`${JSON.stringify({ id: count, ...words })}\n`);
    return answer.promise;
  };
  return {
    name: 'pyzmq',
    async open(kind, options = {}, watched = false) {
      const socket = ++socketCount;
      await call({ do: 'open', socket, kind, options, watched });
      return socketOf((words) => call({ socket, ...words }));
    },
    signal: (name) => void child.kill(name),
    async end() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function socketOf(call: Call): PeerSocket {
  return {
    bind: (endpoint) => call({ do: 'bind', endpoint }) as Promise<string>,
    connect: async (endpoint) => void (await call({ do: 'connect', endpoint })),
    disconnect: async (endpoint) => void (await call({ do: 'disconnect', endpoint })),
    subscribe: async (prefix) => void (await call({ do: 'subscribe', prefix: encoded(prefix) })),
    unsubscribe: async (prefix) => void (await call({ do: 'unsubscribe', prefix: encoded(prefix) })),
    send: async (...frames) => void (await call({ do: 'send', frames: frames.map(encoded) })),
    sendRun: async ({ first = 0, count, before = [] }) =>
      void (await call({ do: 'run', first, count, before: before.map(encoded) })),
    async receive(count = 1, patience = 30_000) {
      const messages = (await call({ do: 'receive', count, patience })) as (string | FrameSeen)[][];
      return messages.map((frames) => frames.map(decoded));
    },
    checkRun: ({ first = 0, count, behind = 0 }) =>
      call({ do: 'check', first, count, behind, patience: 30_000 }) as Promise<number[]>,
    skipTo: (first) => call({ do: 'skip', first: encoded(first), patience: 30_000 }) as Promise<number>,
    mode: async (mode) => void (await call({ do: 'mode', mode })),
    events: () => call({ do: 'events' }) as Promise<string[]>,
    close: async (linger = 0) => void (await call({ do: 'close', linger })),
  };
}

function encoded(frame: FrameToSend): unknown {
  if (typeof frame === 'string') return Buffer.from(frame, 'latin1').toString('base64');
  return frame instanceof Uint8Array ? Buffer.from(frame).toString('base64') : frame;
}
const decoded = (frame: string | FrameSeen): FrameSeen =>
  typeof frame === 'string' ? Buffer.from(frame, 'base64') : frame;
