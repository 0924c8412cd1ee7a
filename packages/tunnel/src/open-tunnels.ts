// Tunnels of one peer: one ssh process for all its forwards, made again with the same local ports whenever it ends.
import { setTimeout as delay } from 'node:timers/promises';
import { MusterError } from '@muster/protocol';
import type { AttemptPlan } from './attempt.ts';
import { attempt, errorOf } from './attempt.ts';
import { findFreePorts } from './free-ports.ts';
import { goThrough } from './go-through.ts';
import { goodAfterMs, pauseMs } from './pauses.ts';
import type { Forward } from './ssh-arguments.ts';
import type { SshEnd } from './ssh-failures.ts';
import { isCrowded, isProhibited, isWithoutSession } from './ssh-failures.ts';
import type { SshProcess } from './ssh-process.ts';
import { parseSshServer } from './ssh-server.ts';

/** What happens to tunnels after they were opened. */
export type TunnelEvent =
  | { readonly type: 'tunnel.lost'; readonly error: MusterError; readonly pauseMs: number }
  | { readonly type: 'tunnel.restored'; readonly afterMs: number }
  /** The ssh server could not reach the place of a forward, and said this. At most one a minute is told. */
  | { readonly type: 'forward.failed'; readonly said: string };

export interface TunnelOptions {
  /** `[user@]host[:port]`; host may be an alias of the ssh configuration. */
  readonly server: string;
  /** Places as the server sees them; 1 to 200. */
  readonly forwards: readonly Forward[];
  /** Private key. Default: what ssh finds: agent, configuration, usual files. */
  readonly keyFile?: string | undefined;
  /** Default: that of this process. `MUSTER_SSH_COMMAND` in it: the ssh program, and arguments that overrule ours. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly onEvent?: ((event: TunnelEvent) => void) | undefined;
  /** Closes them. */
  readonly signal?: AbortSignal | undefined;
  /** How long one attempt may take to be let in. Default 30,000. */
  readonly openLimitMs?: number | undefined;
}

export interface Tunnels extends AsyncDisposable {
  /** One of 127.0.0.1 for each forward, in the same order; the same ones as long as they live. */
  readonly localPorts: readonly number[];
  /** Lets through what is under way, for a quarter of a second at most. Resolves when no process is left. */
  close(): Promise<void>;
}

const defaultOpenLimitMs = 30_000;
const mostForwards = 200;
/** Times that other local ports are tried, or a busy server again. */
const mostTries = 6;
const firstPassageMs = 1000;
const farewellMs = 250;
const tellEveryMs = 60_000;

/**
 * Resolves when ssh was let in and all local ports are open. Rejects with MusterError: `bad_option`; `unreachable` (no ssh program,
 * no such host, refused, no route); `timeout`; `access_denied` (host key, password, key, forwarding not permitted); each with what
 * to do. Later losses do not reject: the tunnels are made again until they are closed, or this process ends.
 */
export async function openTunnels(options: TunnelOptions): Promise<Tunnels> {
  const plan = planOf(options);
  const closing = new AbortController();
  const signal = options.signal === undefined ? closing.signal : AbortSignal.any([closing.signal, options.signal]);
  const { ssh, localPorts } = await openFirst(plan, signal);
  const keeping = keep(plan, { ssh, localPorts }, signal, options.onEvent ?? (() => {}));
  async function close(): Promise<void> {
    // What came before this on the way is through when this is.
    if (!signal.aborted) await goThrough(localPorts[0]!, farewellMs);
    closing.abort(new MusterError('unreachable', 'The tunnel was closed.'));
    await keeping;
  }
  let closed: Promise<void> | undefined;
  const closeOnce = (): Promise<void> => {
    closed ??= close();
    return closed;
  };
  return { localPorts, close: closeOnce, [Symbol.asyncDispose]: closeOnce };
}

function planOf(options: TunnelOptions): AttemptPlan {
  const { env = process.env, forwards, keyFile, openLimitMs = defaultOpenLimitMs, onEvent } = options;
  if (forwards.length < 1 || forwards.length > mostForwards)
    throw new MusterError('bad_option', `A tunnel has 1 to ${mostForwards} forwards, not ${forwards.length}.`);
  const words = (env.MUSTER_SSH_COMMAND ?? '').split(/\s+/).filter(Boolean);
  let toldMs = Number.NEGATIVE_INFINITY;
  return {
    server: parseSshServer(options.server),
    command: words.length === 0 ? ['ssh'] : words,
    ...{ forwards, keyFile, env, openLimitMs, hasSession: true },
    onLine(said) {
      if (
        !/^channel \d+: open failed: (?!connect failed: open failed)/.test(said) ||
        performance.now() - toldMs < tellEveryMs
      )
        return;
      toldMs = performance.now();
      onEvent?.({ type: 'forward.failed', said });
    },
  };
}

interface Open {
  readonly ssh: SshProcess;
  readonly localPorts: readonly number[];
}

async function openFirst(plan: AttemptPlan, signal: AbortSignal): Promise<Open> {
  const count = plan.forwards.length;
  for (let tries = 1; ; tries++) {
    // Processes that start at the same time have neighbouring numbers.
    const seed = tries === 1 ? process.pid * count : Math.floor(Math.random() * 2 ** 31);
    const localPorts = await findFreePorts(count, seed);
    const tried = await attempt(plan, localPorts, signal);
    const end = 'ssh' in tried ? await checkPassage(plan, tried.ssh, localPorts[0]!) : undefined;
    if ('ssh' in tried && end === undefined) return { ssh: tried.ssh, localPorts };
    signal.throwIfAborted();
    const failure = 'ssh' in tried ? end! : tried.failure;
    if (goesWithout(plan, end)) continue;
    const isPassing = failure === 'ports taken' || (failure !== 'late' && isCrowded(failure));
    if (!isPassing || tries === mostTries) throw errorOf(plan, failure);
    if (failure !== 'ports taken') await pause(pauseMs(tries, Math.random()), signal);
  }
}

/**
 * Whether forwarding is permitted shows at the first use only, and whether there is a session a little later. That nobody is at the
 * other end yet is no error. Resolves to how ssh ended, when it did.
 */
async function checkPassage(plan: AttemptPlan, ssh: SshProcess, localPort: number): Promise<SshEnd | undefined> {
  const passage = await Promise.race([goThrough(localPort, firstPassageMs), ssh.ended]);
  if (passage === 'heard' || passage === 'silent') return undefined;
  if (passage !== 'closed') return passage;
  // It says why by another way.
  const end = await Promise.race([ssh.ended, delay(100, undefined)]);
  if (end !== undefined || !isProhibited(ssh.said)) return end;
  throw errorOf(plan, await ssh.stop());
}

/** True when it ended for the want of a session: the next attempt makes do without. */
function goesWithout(plan: AttemptPlan, end: SshEnd | undefined): boolean {
  if (end === undefined || !plan.hasSession || !isWithoutSession(end)) return false;
  plan.hasSession = false;
  return true;
}

/** Resolves when the signal has come and nothing is left. */
async function keep(
  plan: AttemptPlan,
  { ssh, localPorts }: Open,
  signal: AbortSignal,
  onEvent: (event: TunnelEvent) => void,
): Promise<void> {
  let failures = 0;
  let now = ssh;
  try {
    for (;;) {
      const openedMs = performance.now();
      const end = await now.ended;
      signal.throwIfAborted();
      const lostMs = performance.now();
      failures = lostMs - openedMs < goodAfterMs ? failures + 1 : 1;
      const again = failures === 1 && goesWithout(plan, end) ? await attempt(plan, localPorts, signal) : undefined;
      now = again !== undefined && 'ssh' in again ? again.ssh : await restore(errorOf(plan, end));
      onEvent({ type: 'tunnel.restored', afterMs: Math.round(performance.now() - lostMs) });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }

  async function restore(why: MusterError): Promise<SshProcess> {
    for (let error = why; ; failures++) {
      const waitMs = pauseMs(failures, Math.random());
      onEvent({ type: 'tunnel.lost', error, pauseMs: waitMs });
      await pause(waitMs, signal);
      const tried = await attempt(plan, localPorts, signal);
      if ('ssh' in tried) return tried.ssh;
      error = errorOf(plan, tried.failure);
    }
  }
}

/** Rejects with the signal's reason. */
async function pause(waitMs: number, signal: AbortSignal): Promise<void> {
  await delay(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
}
