// Settings of the task scheduler. Defaults, limits and descriptions; README.md has the same as a table.
import { MusterError } from '@muster/protocol';
import type { SchedulerLimits, SchemeName } from './core/limits.ts';
import { schemeNames } from './core/limits.ts';

export type TaskSchedulerConfig = SchedulerLimits;

interface Setting<T> {
  readonly default: T;
  /** For numbers: the least that makes sense. All numbers are whole. */
  readonly min?: number;
  readonly description: string;
}

export const taskSchedulerSettings: { readonly [K in keyof TaskSchedulerConfig]: Setting<TaskSchedulerConfig[K]> } = {
  schemeName: {
    default: 'leastload',
    description: `How an engine is chosen: ${schemeNames.join(', ')}. pure ignores dependencies, targets, retries and timeouts.`,
  },
  hwm: { default: 1, min: 0, description: 'Tasks that an engine may have at once; 0: any number.' },
  graceMs: {
    default: 1000,
    min: 0,
    description: 'How long the results of a lost engine may still arrive before its tasks are retried or fail, in ms.',
  },
  rememberedTasks: {
    default: 100_000,
    min: 0,
    description: 'Finished tasks that others can still depend on; the oldest are forgotten.',
  },
  maxWaitingTasks: {
    default: 1_000_000,
    min: 1,
    description: 'Tasks accepted and not answered yet; more are answered with QueueFull.',
  },
  maxWaitingBytes: {
    default: 4 * 2 ** 30,
    min: 1,
    description: 'Bytes of all tasks accepted and not answered yet; more are answered with QueueFull.',
  },
  maxMessageBytes: {
    default: 2 ** 30,
    min: 1,
    description: 'Bytes of one request or result; larger ones are answered with MessageTooLarge.',
  },
};

const bad = (key: string, value: unknown, expected: string): MusterError =>
  new MusterError('bad_option', `task scheduler: ${key} is ${JSON.stringify(value)}, expected ${expected}`);

/**
 * Fills in defaults and checks. `none` is an old name of the scheme `pure` (§6.2).
 * Throws MusterError `unknown_option` or `bad_option`, naming the key and what it may be.
 */
export function resolveTaskSchedulerConfig(
  given: { readonly [K in keyof TaskSchedulerConfig]?: unknown } = {},
): TaskSchedulerConfig {
  for (const key of Object.keys(given))
    if (!Object.hasOwn(taskSchedulerSettings, key))
      throw new MusterError(
        'unknown_option',
        `task scheduler: there is no setting ${key}, only ${Object.keys(taskSchedulerSettings).join(', ')}`,
      );
  const number = (key: Exclude<keyof TaskSchedulerConfig, 'schemeName'>): number => {
    const { default: byDefault, min = 0 } = taskSchedulerSettings[key];
    const value = given[key] ?? byDefault;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min)
      throw bad(key, value, `a whole number from ${min} on`);
    return value;
  };
  return Object.freeze({
    schemeName: parseScheme(given.schemeName ?? taskSchedulerSettings.schemeName.default),
    hwm: number('hwm'),
    graceMs: number('graceMs'),
    rememberedTasks: number('rememberedTasks'),
    maxWaitingTasks: number('maxWaitingTasks'),
    maxWaitingBytes: number('maxWaitingBytes'),
    maxMessageBytes: number('maxMessageBytes'),
  });
}

function parseScheme(value: unknown): SchemeName {
  const name = value === 'none' ? 'pure' : value;
  const scheme = schemeNames.find((known) => known === name);
  if (scheme === undefined) throw bad('schemeName', value, `one of ${schemeNames.join(', ')}`);
  return scheme;
}
