// Runs user code for the core: one run at a time, each from a fresh turn of the event loop.
import { setImmediate } from 'node:timers';
import type { KernelEffect, Outcome, Request } from '../core/index.ts';
import { failure } from '../core/index.ts';
import { onBehalfOf } from './capture.ts';
import type { Compiler } from './code/compile.ts';
import { loadCompiler } from './code/compile.ts';
import type { Namespace } from './code/namespace.ts';
import { describeFailure } from './failures.ts';
import { createEvaluator, runCall } from './run-call.ts';
import { runCell } from './run-cell.ts';

type Start = Extract<KernelEffect, { type: 'run.start' }>;

export interface Runs {
  start(effect: Start): void;
  /** Ends a run with KeyboardInterrupt. What it awaits cannot be called back and may go on behind it. */
  interrupt(run: number): void;
}

export interface RunsOptions {
  readonly namespace: Namespace;
  /** Calls back when what was sent before has left: code may loop, and nothing leaves meanwhile. */
  readonly whenSent: (then: () => void) => void;
  /** Called before user code runs. */
  readonly beforeCode: () => void;
  readonly onEnded: (run: number, outcome: Outcome) => void;
}

export function createRuns({ namespace, whenSent, beforeCode, onEnded }: RunsOptions): Runs {
  const evaluate = createEvaluator(namespace);
  let compiler: Compiler | undefined;
  let current: number | undefined;

  function finish(run: number, outcome: Outcome): void {
    if (current !== run) return;
    current = undefined;
    onEnded(run, outcome);
  }
  function work({ kind, request, run, executionCount }: Start): Outcome | Promise<Outcome> {
    if (kind === 'apply') return runCall(request, evaluate);
    const name = cellName(request, executionCount);
    return runCell(request, { compiler: compiler!, namespace, evaluate, name: name ?? `cell-${run}` });
  }
  // An interrupt of code in a loop drops the promise jobs that wait at that moment. So it starts where none of ours do.
  function begin(effect: Start): void {
    if (current !== effect.run) return;
    beforeCode();
    onBehalfOf(effect.request.header, () => {
      try {
        const outcome = work(effect);
        if (!(outcome instanceof Promise)) return finish(effect.run, outcome);
        outcome.then(
          (value) => finish(effect.run, value),
          (error: unknown) => finish(effect.run, describeFailure(error)),
        );
      } catch (error) {
        finish(effect.run, describeFailure(error));
      }
    });
  }
  return {
    start(effect) {
      current = effect.run;
      const later = (): void => whenSent(() => void setImmediate(begin, effect));
      if (effect.kind === 'apply' || compiler !== undefined) return later();
      loadCompiler().then(
        (loaded) => {
          compiler = loaded;
          later();
        },
        (error: unknown) => finish(effect.run, describeFailure(error)),
      );
    },
    interrupt(run) {
      finish(run, failure('KeyboardInterrupt', 'The code was interrupted.'));
    },
  };
}

/** Requests of the engine itself (startup code) bring the name of their code. */
const cellName = (request: Request, count: number): string | undefined =>
  typeof request.metadata.code_name === 'string'
    ? request.metadata.code_name
    : request.content.silent === true
      ? undefined
      : `cell ${count}`;
