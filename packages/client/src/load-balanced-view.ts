import type { JsonObject } from '@muster/protocol';
import { MusterError } from '@muster/protocol';
import { nodeKernel } from '@muster/serialize';
import type { AsyncResult } from './async-result.ts';
import type { Dependency } from './core/dependencies.ts';
import { packDependency } from './core/dependencies.ts';
import { chunks } from './core/partition.ts';
import type { ExecuteResult } from './core/reply.ts';
import type { Targets } from './core/targets.ts';
import { resolveTargets } from './core/targets.ts';
import type { ExecuteOptions } from './direct-view.ts';
import { mapSource } from './engine-functions.ts';
import type { ImapOptions } from './imap.ts';
import { imap } from './imap.ts';
import type { Session, Work } from './session.ts';
import { flatList, oneValue } from './shapes.ts';
import type { MapFunction, Referable } from './view-types.ts';
import { applyWork, executeWork } from './work.ts';

/** How tasks are run (§4.4). */
export interface TaskOptions {
  /** Run only on these engines. Default: any. */
  readonly targets?: Targets;
  /** Begin after these tasks have ended. */
  readonly after?: Dependency;
  /** As `after`, and on an engine where they ran. */
  readonly follow?: Dependency;
  /** How often a task that fails, or loses its engine, is run again. Default 0. */
  readonly retries?: number;
  /** How long a task may wait for its dependencies and an engine; then it fails with TaskTimeout. Default: for ever. */
  readonly timeoutMs?: number;
  /** Kept with the tasks' records in the controller. */
  readonly label?: string;
  /** What the engine must run, for `execute`. Default 'node'; null: any. */
  readonly kernel?: string | null;
}

export interface MapOptions {
  /** Items in one task: more of them cost less a piece, but spread less evenly. Default 1. */
  readonly chunkSize?: number;
}

/** Tasks for whichever engine is free: the controller's scheduler decides. */
export interface LoadBalancedView {
  /** The same view with other options. */
  with(options: TaskOptions): LoadBalancedView;
  /** Calls a function on some engine. It travels as source: it sees its arguments and the engine's globals only. */
  apply<A extends unknown[], R>(fn: (...args: A) => R, ...args: Referable<A>): AsyncResult<Awaited<R>>;
  /** Calls a function with each item. Results are in the order of the items. */
  map<T, R>(fn: MapFunction<T, R>, items: Iterable<T>, options?: MapOptions): AsyncResult<Awaited<R>[], Awaited<R>>;
  /**
   * Calls a function with each item and gives results while it goes on reading items, which may be without end or come
   * in over time. Leaving the loop aborts what was not begun.
   */
  imap<T, R>(
    fn: MapFunction<T, R>,
    items: Iterable<T> | AsyncIterable<T>,
    options?: ImapOptions,
  ): AsyncGenerator<Awaited<R>, void>;
  /** Runs code on some engine. */
  execute(code: string, options?: ExecuteOptions): AsyncResult<ExecuteResult>;
}

export function createLoadBalancedView(session: Session, options: TaskOptions = {}): LoadBalancedView {
  const { retries = 0, timeoutMs = 0 } = options;
  if (!Number.isInteger(retries) || retries < 0) throw badOption('retries', 'a whole number from 0 on');
  if (!(timeoutMs >= 0 && Number.isFinite(timeoutMs))) throw badOption('timeoutMs', 'a number from 0 on');
  const after = packDependency(options.after, 'after');
  const follow = packDependency(options.follow, 'follow');

  function metadataFor(kernel: string | null): JsonObject {
    needKernel(session, kernel);
    const { targets, label = null } = options;
    const uuids = targets === undefined ? [] : resolveTargets(targets, session.engines).map((engine) => engine.uuid);
    const wish = kernel === null ? {} : { kernel };
    return { after, follow, timeout: timeoutMs / 1000, targets: uuids, retries, label, ...wish };
  }
  const send = (works: readonly Work[], kernel: string | null) => {
    const metadata = metadataFor(kernel);
    return works.map((work) => session.submit('task', work, metadata));
  };
  const sendCall = (fn: Parameters<typeof applyWork>[0]['fn'], args: readonly unknown[]) =>
    send([applyWork({ fn, args })], nodeKernel.kernel);

  return {
    with: (more) => createLoadBalancedView(session, { ...options, ...more }),
    apply<A extends unknown[], R>(fn: (...args: A) => R, ...args: Referable<A>) {
      return session.result(sendCall(fn, args), oneValue<Awaited<R>>());
    },
    map<T, R>(fn: MapFunction<T, R>, items: Iterable<T>, { chunkSize = 1 }: MapOptions = {}) {
      checkChunkSize(chunkSize);
      const works = chunks([...items], chunkSize).map((chunk, i) =>
        applyWork({ fn: mapSource, args: [fn, chunk, i * chunkSize] }),
      );
      return session.result(send(works, nodeKernel.kernel), flatList<Awaited<R>>());
    },
    imap<T, R>(fn: MapFunction<T, R>, items: Iterable<T> | AsyncIterable<T>, how: ImapOptions = {}) {
      const { chunkSize = 1, window = Math.max(16, 4 * session.engines.ids.length), ordered = true } = how;
      checkChunkSize(chunkSize);
      if (!Number.isInteger(window) || window < 1) throw badOption('window', 'a whole number from 1 on');
      const submit = (chunk: readonly T[], start: number) =>
        session.result(sendCall(mapSource, [fn, chunk, start]), oneValue<Awaited<R>[]>());
      return imap(submit, items, { chunkSize, window, ordered });
    },
    execute(code, { silent = false } = {}) {
      const kernel = options.kernel === undefined ? nodeKernel.kernel : options.kernel;
      return session.result(send([executeWork(code, silent)], kernel), oneValue<ExecuteResult>());
    },
  };
}

const badOption = (name: string, expected: string): MusterError =>
  new MusterError('bad_option', `'${name}' must be ${expected}`, 'Correct the option.');

function checkChunkSize(chunkSize: number): void {
  if (!Number.isInteger(chunkSize) || chunkSize < 1) throw badOption('chunkSize', 'a whole number from 1 on');
}

/** Refuses a wish that no engine which is there can meet. With no engines at all the task may wait for one. */
function needKernel({ engines: { engines } }: Session, kernel: string | null): void {
  if (kernel === null || engines.length === 0) return;
  if (engines.some((engine) => engine.kernel === kernel || engine.kernel === 'unknown')) return;
  throw new MusterError(
    'wrong_kernel',
    `no engine runs ${kernel}, only ${[...new Set(engines.map((e) => e.kernel))].join(', ')}`,
  );
}
