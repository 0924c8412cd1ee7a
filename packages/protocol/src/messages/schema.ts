// What JSON values may look like, as values themselves: checks and types follow from them. As much of it as the message
// tables need; every controller loads it, and a library for this costs ten times its memory and time at the start.
import type { JsonObject } from '../json.ts';
import { isJsonObject } from '../json.ts';

export interface Problem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** More are not looked for. */
export const mostProblems = 3;

/** Reads a value at a place. What is wrong goes to `problems`, and the result then means nothing. */
type Read<Out> = (value: unknown, path: Problem['path'], problems: Problem[]) => Out;

export interface Schema<Out = unknown> {
  readonly read: Read<Out>;
  /** Members, where it is an object. */
  readonly shape?: Shape;
  optional(): Schema<Out | undefined>;
  nullable(): Schema<Out | null>;
  nullish(): Schema<Out | null | undefined>;
  /** In place of a member that is not there. */
  default(otherwise: Out): Schema<Out>;
  /** Of a value that is as it should be. */
  transform<To>(to: (value: Out) => To): Schema<To>;
  refine(isRight: (value: Out) => boolean, message: string): Schema<Out>;
}

export type Shape = Readonly<Record<string, Schema>>;
/** Type of what a schema reads. */
export type Output<S> = S extends { readonly read: Read<infer Out> } ? Out : never;

type Optional<S extends Shape> = { [K in keyof S]: undefined extends Output<S[K]> ? K : never }[keyof S];
type ObjectOutput<S extends Shape> = {
  readonly [K in Exclude<keyof S, Optional<S>>]: Output<S[K]>;
} & { readonly [K in Optional<S>]?: Output<S[K]> };

function schema<Out>(read: Read<Out>, shape?: Shape): Schema<Out> {
  return {
    read,
    ...(shape && { shape }),
    optional: () => schema((value, path, problems) => (value === undefined ? undefined : read(value, path, problems))),
    nullable: () => schema((value, path, problems) => (value === null ? null : read(value, path, problems))),
    nullish: () => schema((value, path, problems) => (value == null ? value : read(value, path, problems))),
    default: (otherwise) =>
      schema((value, path, problems) => (value === undefined ? otherwise : read(value, path, problems))),
    transform: (to) =>
      schema((value, path, problems) => {
        const before = problems.length;
        const found = read(value, path, problems);
        return problems.length > before ? (undefined as never) : to(found);
      }),
    refine: (isRight, message) =>
      schema((value, path, problems) => {
        const before = problems.length;
        const found = read(value, path, problems);
        if (problems.length === before && !isRight(found)) problems.push({ path, message });
        return found;
      }),
  };
}

/** A value that passes a test. */
export const that = <Out>(isRight: (value: unknown) => boolean, expected: string): Schema<Out> =>
  schema((value, path, problems) => {
    if (!isRight(value)) problems.push({ path, message: `expected ${expected}` });
    return value as Out;
  });

export const text = that<string>((value) => typeof value === 'string', 'text');
/** Text of 1 to `longest` characters. */
export const shortText = (longest: number): Schema<string> =>
  text.refine(({ length }) => length > 0 && length <= longest, `expected 1 to ${longest} characters`);
export const boolean = that<boolean>((value) => typeof value === 'boolean', 'true or false');
export const number = that<number>((value) => Number.isFinite(value), 'a number');
export const integer = that<number>((value) => Number.isSafeInteger(value), 'a whole number');
export const integerFrom = (least: number, most = Number.MAX_SAFE_INTEGER): Schema<number> =>
  integer.refine(
    (value) => value >= least && value <= most,
    `expected ${most === Number.MAX_SAFE_INTEGER ? `at least ${least}` : `${least} to ${most}`}`,
  );
/** One of these words. */
export const word = <const W extends string>(...words: readonly W[]): Schema<W> =>
  that<W>((value) => words.includes(value as W), words.map((one) => `'${one}'`).join(' or '));

const jsonObject = that<JsonObject>(isJsonObject, 'an object');
const anyArray = that<readonly unknown[]>(Array.isArray, 'a list');

export const list = <Item>(item: Schema<Item>): Schema<Item[]> =>
  schema((value, path, problems) => {
    const items: Item[] = [];
    if (!Array.isArray(value)) anyArray.read(value, path, problems);
    else
      for (let i = 0; i < value.length && problems.length < mostProblems; i++)
        items.push(item.read(value[i], [...path, i], problems));
    return items;
  });

export const pair = <A, B>(a: Schema<A>, b: Schema<B>): Schema<[A, B]> =>
  schema((value, path, problems) => {
    if (Array.isArray(value) && value.length === 2)
      return [a.read(value[0], [...path, 0], problems), b.read(value[1], [...path, 1], problems)];
    problems.push({ path, message: 'expected a list of two' });
    return [] as never;
  });

/** An object with members of one kind, by any name. */
export const dictionary = <Member>(member: Schema<Member>): Schema<Readonly<Record<string, Member>>> =>
  withRest({}, member) as Schema<Readonly<Record<string, Member>>>;

/** The first of them that fits. */
export const either = <S extends readonly Schema[]>(all: S, message: string): Schema<Output<S[number]>> =>
  schema((value, path, problems) => {
    for (const one of all) {
      const found: Problem[] = [];
      const read = one.read(value, path, found);
      if (found.length === 0) return read as Output<S[number]>;
    }
    problems.push({ path, message });
    return undefined as never;
  });

/** Other members stay as they are. */
export const looseObject = <S extends Shape>(shape: S): Schema<ObjectOutput<S>> => objectOf(shape, (rest) => rest);

/** Other members are an error. */
export const strictObject = <S extends Shape>(shape: S): Schema<ObjectOutput<S>> =>
  objectOf(shape, (rest, path, problems) => {
    const names = Object.keys(rest);
    if (names.length > 0) problems.push({ path, message: `there is no member ${names.slice(0, 5).join(', ')}` });
    return {};
  });

/** Other members are of one kind. */
export const withRest = <S extends Shape>(shape: S, member: Schema): Schema<ObjectOutput<S>> =>
  objectOf(shape, (rest, path, problems) => {
    const read: [string, unknown][] = [];
    for (const [name, value] of Object.entries(rest)) {
      if (problems.length >= mostProblems) break;
      read.push([name, member.read(value, [...path, name], problems)]);
    }
    return Object.fromEntries(read);
  });

/** Objects that tell by their `status` which of them they are. */
export function byStatus<All extends Readonly<Record<string, Schema>>>(all: All): Schema<Output<All[keyof All]>> {
  const status = word(...Object.keys(all));
  return schema((value, path, problems) => {
    const given = jsonObject.read(value, path, problems);
    if (!isJsonObject(given)) return undefined as never;
    const before = problems.length;
    const which = status.read(given.status, [...path, 'status'], problems);
    return problems.length > before ? (undefined as never) : (all[which]?.read(given, path, problems) as never);
  });
}

/** What becomes of members that have no schema. */
type ReadRest = (rest: JsonObject, path: Problem['path'], problems: Problem[]) => object;

function objectOf<S extends Shape>(shape: S, readRest: ReadRest): Schema<ObjectOutput<S>> {
  const members = Object.entries(shape);
  return schema((value, path, problems) => {
    const given = jsonObject.read(value, path, problems);
    if (!isJsonObject(given)) return {} as never;
    const read: [string, unknown][] = [];
    for (const [name, member] of members) {
      const isThere = Object.hasOwn(given, name);
      const result = member.read(isThere ? given[name] : undefined, [...path, name], problems);
      if (isThere || result !== undefined) read.push([name, result]);
    }
    const rest = Object.fromEntries(Object.entries(given).filter(([name]) => !Object.hasOwn(shape, name)));
    return { ...readRest(rest, path, problems), ...Object.fromEntries(read) } as ObjectOutput<S>;
  }, shape);
}
