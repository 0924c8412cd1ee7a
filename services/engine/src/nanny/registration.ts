// Registration with the hub (§4.2), and the goodbye.
import type { EngineConnection } from '@muster/protocol';
import { MusterError } from '@muster/protocol';
import type { Log } from '../log.ts';
import { createThrottle } from '../log.ts';
import type { NannySockets } from './sockets.ts';
import { newGuard } from './sockets.ts';

interface Registered {
  readonly id: number;
  readonly heartbeatMs: number;
}

export interface Registrar {
  /** Throws MusterError `registration_refused` or `timeout`; rejects with the signal's reason when that comes first. */
  register(signal: AbortSignal): Promise<Registered>;
  /** No answer comes. Null: whatever id the hub may have given. */
  unregister(id: number | null): void;
}

export interface RegistrarOptions {
  readonly sockets: NannySockets;
  readonly connection: EngineConnection;
  readonly uuid: string;
  /** Name of the kernel's kind. */
  readonly kernel: string;
  readonly requestedId: number | null;
  /** When to say in the log that no answer has come. */
  readonly noticeMs: number;
  readonly limitMs: number;
  readonly log: Log;
}

export function createRegistrar(options: RegistrarOptions): Registrar {
  const { sockets, connection, uuid, kernel, log } = options;
  const query = sockets.connect('dealer', connection.registration);
  const guard = newGuard();
  const throttle = createThrottle();
  const answer = Promise.withResolvers<Registered>();
  answer.promise.catch(() => {});
  query.onMessages((batch) => {
    for (const { frames } of batch) {
      try {
        const { message } = sockets.read(frames, guard);
        if (message.header.msg_type === 'registration_reply') answer.resolve(readReply(message.content));
      } catch (error) {
        if (error instanceof MusterError && error.code === 'registration_refused') answer.reject(error);
        else throttle((heldBack) => log.warn({ why: (error as Error).message, heldBack }, 'reply dropped'));
      }
    }
  });
  const send = (msgType: string, content: object): void => query.send('', sockets.build(msgType, content).toWire());
  return {
    async register(signal) {
      const id = options.requestedId === null ? {} : { id: options.requestedId };
      send('registration_request', { uuid, kernel, ...id });
      return waitFor(answer.promise, options, signal);
    },
    unregister: (id) => send('unregistration_request', { id }),
  };
}

const noticeAgainMs = 60_000;

async function waitFor(
  answer: Promise<Registered>,
  options: RegistrarOptions,
  signal: AbortSignal,
): Promise<Registered> {
  const { connection, noticeMs, limitMs, log } = options;
  const url = `${connection.interface}:${connection.registration}`;
  const gaveUp = Promise.withResolvers<never>();
  const began = performance.now();
  const say = (): void => {
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    log.warn({ url, seconds, limitS: limitMs / 1000 }, 'no answer from the controller yet; waiting for it');
    notice = setTimeout(say, Math.max(noticeMs, noticeAgainMs));
  };
  let notice = setTimeout(say, noticeMs);
  const limit = setTimeout(() => {
    gaveUp.reject(
      new MusterError(
        'timeout',
        `The controller at ${url} did not answer the registration within ${limitMs / 1000} s.`,
        'Check that it runs (ipcluster list) and can be reached from here, and that its connection file is not an old one.',
      ),
    );
  }, limitMs);
  const stopped = (): void => gaveUp.reject(signal.reason);
  signal.addEventListener('abort', stopped);
  try {
    signal.throwIfAborted();
    return await Promise.race([answer, gaveUp.promise]);
  } finally {
    clearTimeout(notice);
    clearTimeout(limit);
    signal.removeEventListener('abort', stopped);
  }
}

function readReply(content: { readonly [key: string]: unknown }): Registered {
  if (content.status !== 'ok') {
    throw new MusterError(
      'registration_refused',
      `The controller refuses this engine: ${String(content.ename)}: ${String(content.evalue)}`,
    );
  }
  const { id, hb_period: heartbeatMs } = content;
  if (
    typeof id !== 'number' ||
    !Number.isInteger(id) ||
    id < 0 ||
    typeof heartbeatMs !== 'number' ||
    !(heartbeatMs > 0)
  ) {
    throw new MusterError('registration_refused', 'The controller answered the registration without id or hb_period.');
  }
  return { id, heartbeatMs };
}
