// Settings of the task scheduler. Defaults, limits and descriptions; README.md has the same as a table.
import { MusterError } from '@muster/protocol';
import type { SchedulerLimits } from './core/limits.ts';
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
    default: 2 ** 32,
    min: 1,
    description: 'Bytes of all tasks accepted and not answered yet; more are answered with QueueFull.',
  },
  maxMessageBytes: {
    default: 2 ** 32,
    min: 1,
    description: 'Bytes of one request or result; larger ones are answered with MessageTooLarge.',
  },
};

/** The configuration when nothing is set. */
export const defaultConfig: TaskSchedulerConfig = Object.freeze(
  Object.fromEntries(Object.entries(taskSchedulerSettings).map(([key, setting]) => [key, setting.default])),
) as unknown as TaskSchedulerConfig;

/** Throws MusterError `unknown_option` or `bad_option`, naming the key and what it may be. */
export function checkConfig(config: TaskSchedulerConfig): void {
  const known = Object.keys(taskSchedulerSettings);
  for (const key of Object.keys(config))
    if (!known.includes(key))
      throw new MusterError('unknown_option', `task scheduler: there is no setting ${key}, only ${known.join(', ')}`);
  for (const [key, setting] of Object.entries(taskSchedulerSettings)) {
    const value = config[key as keyof TaskSchedulerConfig];
    const { min } = setting;
    if (min === undefined ? !isScheme(value) : !(Number.isSafeInteger(value) && (value as number) >= min)) {
      const expected = min === undefined ? `one of ${schemeNames.join(', ')}` : `a whole number from ${min} on`;
      throw new MusterError('bad_option', `task scheduler: ${key} is ${JSON.stringify(value)}, expected ${expected}`);
    }
  }
}

const isScheme = (value: unknown): boolean => schemeNames.some((name) => name === value);
