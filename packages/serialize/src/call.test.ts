import { createContext, runInContext } from 'node:vm';
import { expect, test } from 'vitest';
import { FunctionSource, functionSource, isCall, packCall, packValue, Reference, unpackCall } from './index.ts';

/** What an engine does, in short. */
function run(packed: ReturnType<typeof packCall>, namespace: object = {}): unknown {
  const context = createContext(namespace);
  const evaluate = (source: string): unknown => runInContext(`(${source}\n)`, context);
  const { source, args } = unpackCall(packed.content, packed.buffers, { reference: evaluate, function: evaluate });
  return (evaluate(source) as (...args: unknown[]) => unknown)(...args);
}

test('a call runs with its arguments, references and functions at any depth', () => {
  const fn = (a: number, { f, list }: { f: (x: number) => number; list: number[] }): number => f(a) + list[0]!;
  const packed = packCall({ fn: fn as never, args: [20, { f: (x: number) => x * 2, list: [new Reference('y')] }] });
  expect(isCall(packed.content)).toBe(true);
  expect(run(packed, { y: 2 })).toBe(42);
});

test('what a reference throws on the engine is passed on as it is', () => {
  const packed = packCall({ fn: (x: unknown) => x, args: [new Reference('nowhere')] });
  expect(() => run(packed)).toThrow(
    expect.objectContaining({ name: 'ReferenceError', message: 'nowhere is not defined' }),
  );
});

test('without an engine, functions and references come as what they are', () => {
  const { content, buffers } = packCall({ fn: 'x => x', args: [() => 1, new Reference('a.b')] });
  expect(unpackCall(content, buffers)).toEqual({
    source: 'x => x',
    args: [new FunctionSource('() => 1'), new Reference('a.b')],
  });
});

test("Python's requests are no calls", () => {
  expect(isCall({})).toBe(false);
});

const holder = {
  plain(x: number) {
    return x + 1;
  },
  async later(x: number) {
    return x + 1;
  },
  *steps(x: number) {
    yield x;
  },
  get size() {
    return 1;
  },
  [Symbol.iterator]() {
    return 1;
  },
};

test('functions of every form travel', async () => {
  const named = function twice(x: number): number {
    return x < 1 ? 0 : 2 + twice(x - 1);
  };
  expect(run(packCall({ fn: named, args: [3] }))).toBe(6);
  expect(run(packCall({ fn: holder.plain, args: [3] }))).toBe(4);
  expect(await run(packCall({ fn: holder.later, args: [3] }))).toBe(4);
  expect([...(run(packCall({ fn: holder.steps, args: [3] })) as Iterable<number>)]).toEqual([3]);
  expect(await run(packCall({ fn: async (x: number) => x, args: [5] }))).toBe(5);
  expect(run(packCall({ fn: (x: number) => x /* ends with a comment */, args: [5] }))).toBe(5);
  expect(functionSource(holder.plain)).toBe(functionSource(holder.plain));
});

test.each([
  [Math.max, 'built in'],
  [holder.plain.bind(holder), 'built in or bound'],
  [class Point {}, "'Point' is a class"],
  [holder[Symbol.iterator], 'form that cannot be sent'],
  [Object.getOwnPropertyDescriptor(holder, 'size')!.get, 'accessor'],
  ['not an expression;', 'not an expression'],
])('what has no source of its own is refused: %#', (fn, message) => {
  expect(() => packCall({ fn: fn as never, args: [] })).toThrow(
    expect.objectContaining({ code: 'cannot_serialize', message: expect.stringContaining(message) }),
  );
});

test('functions and references only travel in calls; the path is named', () => {
  expect(() => packCall({ fn: (x: unknown) => x, args: [1, { s: Symbol('x') }] })).toThrow('args[1].s is a symbol');
  expect(() => packCall({ fn: (x: unknown) => x, args: [[Math.max]] })).toThrow("'max' is built in");
  expect(() => packValue([new Reference('x')])).toThrow('value[0] is a Reference outside');
});
