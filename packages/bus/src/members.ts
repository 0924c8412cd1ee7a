// Members of facts, questions and answers: what they are, and the check of those that come in by a network.

/** Says which member is wrong, never what was in it: that belongs in no log. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

export interface Member<T> {
  /** For people, as `engine {id, uuid, kernel}`. */
  readonly shape: string;
  /** The value, without members that nobody knows. Throws ShapeError, which calls it `what`. */
  read(value: unknown, what: string): T;
}

export type Members = Readonly<Record<string, Member<unknown>>>;
export type Values<M extends Members> = { readonly [K in keyof M]: M[K] extends Member<infer V> ? V : never };

/** What runs in an engine: our Node kernel or a Python one; other kernels by their name. */
export type KernelName = string;

export interface EngineRef {
  /** Number that people see; never used twice while a controller lives. */
  readonly id: number;
  /** Text identity, also its ZeroMQ identity and the session of its messages. */
  readonly uuid: string;
  /** 'python' unless the engine said otherwise when it registered. */
  readonly kernel: KernelName;
}

/** Text of at most so many characters. */
export const text = (shape: string, longest: number, shortest = 1): Member<string> => ({
  shape,
  read(value, what) {
    if (typeof value !== 'string') throw new ShapeError(`${what} is not text`);
    if (value.length < shortest) throw new ShapeError(`${what} is empty`);
    if (value.length > longest) throw new ShapeError(`${what} is longer than ${longest} characters`);
    return value;
  },
});

/** A whole number from 0 on. */
export const count: Member<number> = {
  shape: 'number',
  read(value, what) {
    if (!Number.isSafeInteger(value) || (value as number) < 0) throw new ShapeError(`${what} is not a whole number`);
    return value as number;
  },
};

/** All of the members named; others are left out. Throws ShapeError. */
export function readMembers<M extends Members>(members: M, value: unknown, what: string): Values<M> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ShapeError(`${what} is not an object`);
  const read: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(members)) {
    if (!Object.hasOwn(value, name)) throw new ShapeError(`${what}.${name} is missing`);
    read[name] = member.read((value as Record<string, unknown>)[name], `${what}.${name}`);
  }
  return read as Values<M>;
}

/** As many as there are; how many there can be is bounded by the size of what carries them. */
export const listOf = <T>(member: Member<T>): Member<readonly T[]> => ({
  shape: `${member.shape}, …`,
  read(value, what) {
    if (!Array.isArray(value)) throw new ShapeError(`${what} is not a list`);
    return value.map((item) => member.read(item, `a member of ${what}`));
  },
});

/** ZeroMQ identities have at most 255 bytes. */
export const uuid = text('uuid', 255);

/** How much an engine has to do. */
export interface EngineLoad {
  readonly uuid: string;
  /** Direct requests without a reply. */
  readonly queued: number;
  /** Load-balanced tasks without a reply. */
  readonly tasks: number;
}

const loadMembers = { uuid, queued: count, tasks: count };

export const engineLoad: Member<EngineLoad> = {
  shape: '{uuid, queued, tasks}',
  read: (value, what) => readMembers(loadMembers, value, what),
};

const engineMembers = { id: count, uuid, kernel: text('name', 100, 0) };

export const engineRef: Member<EngineRef> = {
  shape: '{id, uuid, kernel}',
  read: (value, what) => readMembers(engineMembers, value, what),
};

/** The place of a fact among all that its publisher keeps. */
export interface KeptMark {
  readonly publisher: string;
  /** From 1 on, one more for each fact. */
  readonly number: number;
  /** The oldest that the publisher still had: what was before is stored, or given up. */
  readonly oldest: number;
}

const keptMembers = { publisher: text('publisher', 100), number: count, oldest: count };

export const keptMark: Member<KeptMark> = {
  shape: '{publisher, number, oldest}',
  read: (value, what) => readMembers(keptMembers, value, what),
};
