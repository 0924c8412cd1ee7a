// What a request asks of the scheduler: its metadata (§4.4), checked. Null members mean the default (§12.5).
import type { Json, JsonObject } from '@muster/protocol';
import { isJsonObject } from '@muster/protocol';

/** `after` or `follow`, as asked for. */
export interface DependencyWish {
  readonly ids: ReadonlySet<string>;
  readonly all: boolean;
  readonly success: boolean;
  readonly failure: boolean;
}

export interface Wishes {
  readonly after: DependencyWish | undefined;
  readonly follow: DependencyWish | undefined;
  /** Uuids; undefined: any engine. */
  readonly targets: ReadonlySet<string> | undefined;
  readonly retries: number;
  /** 0: none. */
  readonly timeoutMs: number;
  /** Kernel that the engine must have; undefined: any. */
  readonly kernel: string | undefined;
}

/** Why metadata cannot be used; becomes the evalue of an InvalidDependency. */
export interface BadWish {
  readonly bad: string;
}

const isTextList = (value: Json): value is string[] =>
  Array.isArray(value) && value.every((member) => typeof member === 'string');

class Invalid extends Error {}

/** Reads the metadata of a request. `ignoreAllButKernel`: for the scheme `pure`. */
export function parseWishes(metadata: JsonObject, ignoreAllButKernel: boolean): Wishes | BadWish {
  try {
    const asked = ignoreAllButKernel ? {} : metadata;
    const targets = parseTargets(asked.targets);
    return {
      after: parseDependency(asked.after, 'after'),
      follow: parseDependency(asked.follow, 'follow'),
      targets,
      retries: parseRetries(asked.retries),
      timeoutMs: parseTimeout(asked.timeout),
      kernel: parseKernel(metadata.kernel),
    };
  } catch (error) {
    if (error instanceof Invalid) return { bad: error.message };
    throw error;
  }
}

function parseDependency(value: Json | undefined, what: string): DependencyWish | undefined {
  if (value === undefined || value === null) return undefined;
  if (isTextList(value)) return withIds(value, true, true, false);
  if (!isJsonObject(value)) throw new Invalid(`${what} is neither a list of msg_ids nor a dependency`);
  const flag = (key: string, byDefault: boolean): boolean => {
    const member = value[key] ?? byDefault;
    if (typeof member !== 'boolean') throw new Invalid(`${what}.${key} is not true or false`);
    return member;
  };
  const [all, success, failure] = [flag('all', true), flag('success', true), flag('failure', false)];
  if (!success && !failure) throw new Invalid(`${what}: success and failure are both false, so nothing can meet it`);
  const ids = value.dependencies ?? [];
  if (!isTextList(ids)) throw new Invalid(`${what}.dependencies is not a list of msg_ids`);
  return withIds(ids, all, success, failure);
}

const withIds = (ids: string[], all: boolean, success: boolean, failure: boolean): DependencyWish | undefined =>
  ids.length === 0 ? undefined : { ids: new Set(ids), all, success, failure };

function parseTargets(value: Json | undefined): ReadonlySet<string> | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isTextList(value)) throw new Invalid('targets is not a list of engine uuids');
  return value.length === 0 ? undefined : new Set(value);
}

function parseRetries(value: Json | undefined): number {
  if (value === undefined || value === null) return 0;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw new Invalid('retries is not a whole number');
  return Math.max(0, value);
}

function parseTimeout(value: Json | undefined): number {
  if (value === undefined || value === null) return 0;
  if (typeof value !== 'number') throw new Invalid('timeout is not a number of seconds');
  return Math.max(0, value * 1000);
}

function parseKernel(value: Json | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new Invalid('kernel is not the name of a kernel');
  return value;
}
