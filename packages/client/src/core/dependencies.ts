// `after` and `follow` of load-balanced tasks (§4.4).
import type { JsonObject } from '@muster/protocol';
import { MusterError } from '@muster/protocol';

/** Anything that has tasks: an AsyncResult. */
interface HasTasks {
  readonly msgIds: readonly string[];
}
export type DependencyTarget = HasTasks | string;

/** Ends of other tasks that a task waits for. By default all of them, in success. */
export interface DependencyOptions {
  readonly on: DependencyTarget | readonly DependencyTarget[];
  /** Wait for all (true, default) or for any. */
  readonly all?: boolean;
  /** An end in success counts. Default true. */
  readonly success?: boolean;
  /** An end in failure counts. Default false. */
  readonly failure?: boolean;
}
export type Dependency = DependencyTarget | readonly DependencyTarget[] | DependencyOptions;

/** The form on the wire. Throws MusterError `bad_option` when it could never be met. */
export function packDependency(dependency: Dependency | undefined, name: string): JsonObject | string[] {
  if (dependency === undefined) return [];
  const isOptions = typeof dependency === 'object' && 'on' in dependency;
  const options: DependencyOptions = isOptions ? dependency : { on: dependency as DependencyTarget };
  const { on, all = true, success = true, failure = false } = options;
  if (!success && !failure)
    throw new MusterError(
      'bad_option',
      `'${name}': success and failure are both false, so it could never be met`,
      'Set one of them.',
    );
  const ids = (Array.isArray(on) ? (on as readonly DependencyTarget[]) : [on as DependencyTarget]).flatMap((target) => {
    if (typeof target === 'string') return [target];
    if (Array.isArray(target?.msgIds)) return [...(target.msgIds as readonly string[])];
    throw new MusterError('bad_option', `'${name}' must be results or message ids`, 'Pass what apply or map returned.');
  });
  return all && success && !failure ? ids : { dependencies: ids, all, success, failure };
}
