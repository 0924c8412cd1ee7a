import { readFileSync } from 'node:fs';
import { Reference } from '@muster/serialize';
import type { AsyncResult, ResultShape } from './async-result.ts';
import type { EngineRef } from './core/engine-list.ts';
import type { Sequence } from './core/partition.ts';
import { bounds, partition } from './core/partition.ts';
import type { ExecuteResult } from './core/reply.ts';
import type { Targets } from './core/targets.ts';
import { needNodeEngines, resolveTargets } from './core/targets.ts';
import type { Task } from './core/task.ts';
import { mapSource, pullOneSource, pushSource } from './engine-functions.ts';
import type { Session, Work } from './session.ts';
import { flatList, joined, listOfValues, oneValue } from './shapes.ts';
import type { MapFunction, PerEngine, Referable } from './view-types.ts';
import { applyWork, executeWork } from './work.ts';

export interface ExecuteOptions {
  /** No result, no count, no history; prints still come. Default false. */
  readonly silent?: boolean;
}

export interface DirectViewOptions {
  /** Kept with the tasks' records in the controller. */
  readonly label?: string;
}

/**
 * Engines that are addressed directly. Each method sends at once and returns an AsyncResult: of one value where the view
 * was made with one id, of a list in the order of the targets where it was made with a list or 'all'.
 *
 * Methods throw MusterError `no_engines`, `no_such_engine`, `wrong_kernel` or `cannot_serialize` before anything is sent.
 */
export interface DirectView<Many extends boolean = boolean> {
  readonly targets: Targets;
  /** Calls a function on each engine. It travels as source: it sees its arguments and the engine's globals only. */
  apply<A extends unknown[], R>(
    fn: (...args: A) => R,
    ...args: Referable<A>
  ): AsyncResult<PerEngine<Many, Awaited<R>>, Awaited<R>>;
  /** Calls a function with each item; the items are divided evenly. Results are in the order of the items. */
  map<T, R>(fn: MapFunction<T, R>, items: Iterable<T>): AsyncResult<Awaited<R>[], Awaited<R>>;
  /** Runs code in the language of the engine. */
  execute(code: string, options?: ExecuteOptions): AsyncResult<PerEngine<Many, ExecuteResult>, ExecuteResult>;
  /** Runs a file of this machine. Its text is sent; the engines need not see the file. */
  run(file: string, options?: ExecuteOptions): AsyncResult<PerEngine<Many, ExecuteResult>, ExecuteResult>;
  /** Sets names on each engine. */
  push(values: Readonly<Record<string, unknown>>): AsyncResult<PerEngine<Many, undefined>, undefined>;
  /** Sets one name on each engine. */
  set(name: string, value: unknown): AsyncResult<PerEngine<Many, undefined>, undefined>;
  /** Values of names, as `{name: value}`. An unknown name is a RemoteError (ReferenceError). */
  pull<N extends string>(names: readonly N[]): AsyncResult<PerEngine<Many, Record<N, unknown>>, Record<N, unknown>>;
  /** Value of one name, or of any expression. */
  get<R = unknown>(name: string): AsyncResult<PerEngine<Many, R>, R>;
  /** Divides a sequence evenly over the engines, each part under the name. Typed arrays are not copied. */
  scatter(name: string, sequence: Sequence): AsyncResult<PerEngine<Many, undefined>, undefined>;
  /** Puts parts of a sequence together, in the order of the targets. */
  gather<S extends Sequence = unknown[]>(name: string): AsyncResult<S, S>;
}

export function createDirectView<Many extends boolean>(
  session: Session,
  targets: Targets,
  options: DirectViewOptions = {},
): DirectView<Many> {
  const many = typeof targets !== 'number';
  const metadata = { label: options.label ?? null };
  const shape = <R>() => (many ? listOfValues<R>() : oneValue<R>()) as unknown as ResultShape<PerEngine<Many, R>, R>;
  const nodes = (what: string): readonly EngineRef[] => {
    const engines = resolveTargets(targets, session.engines);
    needNodeEngines(engines, what);
    return engines;
  };
  const send = (engine: EngineRef, work: Work): Task => session.submit('mux', work, metadata, engine);
  const toAll = <R>(engines: readonly EngineRef[], work: Work) =>
    session.result(
      engines.map((engine) => send(engine, work)),
      shape<R>(),
    );
  const call = <R>(what: string, fn: string, args: readonly unknown[]) =>
    toAll<R>(nodes(what), applyWork({ fn, args }));
  const execute = (code: string, { silent = false }: ExecuteOptions = {}) =>
    toAll<ExecuteResult>(resolveTargets(targets, session.engines), executeWork(code, silent));

  return {
    targets,
    apply<A extends unknown[], R>(fn: (...args: A) => R, ...args: Referable<A>) {
      return toAll<Awaited<R>>(nodes('apply'), applyWork({ fn, args }));
    },
    map<T, R>(fn: MapFunction<T, R>, items: Iterable<T>) {
      const engines = nodes('map');
      const list = [...items];
      const at = bounds(list.length, Math.min(engines.length, list.length));
      // All is packed before anything is sent: what cannot travel stops the whole.
      const works = at
        .slice(1)
        .map((end, i) => applyWork({ fn: mapSource, args: [fn, list.slice(at[i], end), at[i]] }));
      return session.result(
        works.map((work, i) => send(engines[i]!, work)),
        flatList<Awaited<R>>(),
      );
    },
    execute,
    run: (file, how) => execute(readFileSync(file, 'utf8'), how),
    push: (values) => call<undefined>('push', pushSource, [values]),
    set: (name, value) => call<undefined>('set', pushSource, [{ [name]: value }]),
    pull<N extends string>(names: readonly N[]) {
      const source = `(...values) => Object.fromEntries(${JSON.stringify(names)}.map((name, i) => [name, values[i]]))`;
      return call<Record<N, unknown>>('pull', source, references(names));
    },
    get: <R>(name: string) => call<R>('get', pullOneSource, references([name])),
    scatter(name, sequence) {
      const engines = nodes('scatter');
      const works = partition(sequence, engines.length).map((part) =>
        applyWork({ fn: pushSource, args: [{ [name]: part }] }),
      );
      return session.result(
        works.map((work, i) => send(engines[i]!, work)),
        shape<undefined>(),
      );
    },
    gather<S extends Sequence>(name: string) {
      const work = applyWork({ fn: pullOneSource, args: references([name]) });
      return session.result(
        nodes('gather').map((engine) => send(engine, work)),
        joined<S>(),
      );
    },
  };
}

const references = (names: readonly string[]): Reference[] => names.map((name) => new Reference(name));
