import type { AsyncResult } from './async-result.ts';
import type { ExecuteResult } from './core/reply.ts';
import type { Targets } from './core/targets.ts';
import { needNodeEngines, resolveTargets } from './core/targets.ts';
import type { DirectViewOptions, ExecuteOptions } from './direct-view.ts';
import { pushSource } from './engine-functions.ts';
import type { Session } from './session.ts';
import { listOfValues } from './shapes.ts';
import type { Referable } from './view-types.ts';
import { applyWork, executeWork } from './work.ts';

export interface BroadcastViewOptions extends DirectViewOptions {
  /** Default 'all'. */
  readonly targets?: Targets;
  /** The controller gathers the answers into one. Default true. */
  readonly coalescing?: boolean;
}

/**
 * Many engines by one message: the client sends a request once, and the controller spreads it (§2.4). Best for large
 * arguments and for many engines. When answers are gathered and one engine fails, all tasks fail with its error.
 */
export interface BroadcastView {
  apply<A extends unknown[], R>(fn: (...args: A) => R, ...args: Referable<A>): AsyncResult<Awaited<R>[], Awaited<R>>;
  push(values: Readonly<Record<string, unknown>>): AsyncResult<undefined[], undefined>;
  /** Answers to code are never gathered: each engine has its own output. */
  execute(code: string, options?: ExecuteOptions): AsyncResult<ExecuteResult[], ExecuteResult>;
}

export function createBroadcastView(session: Session, options: BroadcastViewOptions = {}): BroadcastView {
  const { targets = 'all', coalescing = true, label = null } = options;
  function call<R>(what: string, work: ReturnType<typeof applyWork>): AsyncResult<R[], R> {
    const engines = resolveTargets(targets, session.engines);
    needNodeEngines(engines, what);
    return session.result(session.broadcast(work, engines, coalescing, label), listOfValues<R>());
  }
  return {
    apply<A extends unknown[], R>(fn: (...args: A) => R, ...args: Referable<A>) {
      return call<Awaited<R>>('apply', applyWork({ fn, args }));
    },
    push: (values) => call<undefined>('push', applyWork({ fn: pushSource, args: [values] })),
    execute(code, { silent = false } = {}) {
      const engines = resolveTargets(targets, session.engines);
      const tasks = session.broadcast(executeWork(code, silent), engines, false, label);
      return session.result(tasks, listOfValues<ExecuteResult>());
    },
  };
}
