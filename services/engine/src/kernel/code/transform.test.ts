import vm from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileCell, loadCompiler } from './compile.ts';
import { createNamespace } from './namespace.ts';
import { transformCell } from './transform.ts';

const compiler = await loadCompiler();

/** A namespace of its own, as a kernel has one: give it cells, get the value of the last. */
function createSession() {
  const context = vm.createContext({ log: [] as unknown[], Symbol });
  const root = vm.runInContext('globalThis', context) as Record<string, unknown>;
  const namespace = createNamespace(root);
  async function run(source: string): Promise<unknown> {
    const cell = compileCell(compiler, source, 'cell', namespace);
    cell.functions?.runInContext(context);
    const result = cell.body.runInContext(context) as unknown;
    if (!cell.async) return cell.hasValue ? result : undefined;
    return ((await result) as [unknown] | undefined)?.[0];
  }
  return { root, run, namespace };
}

/** Cells that run one after the other, and the value of the last. */
const cases: [what: string, cells: string[], value: unknown][] = [
  ['an expression', ['1 + 2'], 3],
  ['an expression with a semicolon and a comment', ['1 + 2; // three'], 3],
  ['a statement has no value', ['if (true) { 5 }'], undefined],
  ['a declaration has no value', ['const a = 5'], undefined],
  ['an assignment is an expression', ['x = 5'], 5],
  ['const', ['const a = 1', 'a + 1'], 2],
  ['const again', ['const a = 1', 'const a = 2', 'a'], 2],
  ['let again as class', ['let a = 1', 'class a { b() { return 7 } }', 'new a().b()'], 7],
  ['let without a value', ['let a = 1', 'let a', 'a'], undefined],
  ['var keeps its value', ['var a = 1', 'var a; a'], 1],
  ['several', ['let a = 1, b, c = a + 1;', '[a, b, c]'], [1, undefined, 2]],
  [
    'patterns',
    ['const {a, b: [c = 5, ...d], ...e} = {a: 1, b: [undefined, 2, 3], f: 4}', '[a, c, d, e]'],
    [1, 5, [2, 3], { f: 4 }],
  ],
  ['array pattern', ['let [a, , b] = [1, 2, 3]', '[a, b]'], [1, 3]],
  ['functions hoist', ['const r = f(2)\nfunction f(x) { return g(x) * 2 }\nfunction g(x) { return x + 1 }', 'r'], 6],
  [
    'a function sees a later one of the same name',
    ['function a() { return b() }\nfunction b() { return 1 }', 'function b() { return 2 }', 'a()'],
    2,
  ],
  ['a function, awaited cell', ['await 1; function h() { return await1() } function await1() { return 9 }', 'h()'], 9],
  [
    'generators and async functions',
    ['function* g() { yield 1 }\nasync function p() { return 2 }', '[...g(), await p()]'],
    [1, 2],
  ],
  ['class', ['class A { static make() { return new A() } x = 3 }', 'A.make().x'], 3],
  ['no semicolons', ['const a = 1\nlet b = 2\n;[a, b].forEach((x) => log.push(x))\nlog'], [1, 2]],
  ['no semicolon before a declaration', ['log.push(1)\nconst a = 2\nlog.push(a)\nlog'], [1, 2]],
  ['a class after a call without a semicolon', ['log.push(1)\nclass Q {}\nlog.length'], 1],
  ['the namespace is the global object', ['const z = 4', 'globalThis.z'], 4],
  ['undeclared assignment', ['q = 3', 'q'], 3],
  ['block scope stays', ['{ let inner = 1; const other = 2 }', 'typeof inner + typeof other'], 'undefinedundefined'],
  ['var in a block', ['{ var w = 1 }', 'w'], 1],
  ['var in a loop', ['for (var i = 0, n = 3; i < n; i++) { var seen = i }', '[i, n, seen]'], [3, 3, 2]],
  ['var in an if', ['if (true) var y = 1; else var y2 = 2', '[y, y2]'], [1, undefined]],
  ['for of', ['for (var v of [1, 2]) {}', 'v'], 2],
  ['for in, pattern', ['for (var [k] of [["a"], ["b"]]) {}\nfor (var key in {only: 1}) {}', 'k + key'], 'bonly'],
  [
    "let in a loop is the loop's",
    ['let fs = []; for (let j = 0; j < 2; j++) fs.push(() => j)', 'fs.map((f) => f())'],
    [0, 1],
  ],
  ['switch', ['switch (1) { case 1: var sw = 2 }', 'sw'], 2],
  ['label', ['outer: for (const a of [1]) { break outer }\n8'], 8],
  ['try', ['try { throw 1 } catch { var caught = true }', 'caught'], true],
  ['var inside a function is its own', ['function f() { var own = 1; return own } f()', 'typeof own'], 'undefined'],
  ['await', ['await Promise.resolve(5)'], 5],
  ['await in a declaration', ['const a = await Promise.resolve(5)', 'a'], 5],
  ['await in a pattern', ['const {a = await Promise.resolve(6)} = {}', 'a'], 6],
  ['await in a loop with var', ['for (var i = 0; i < 2; i++) { await null; var last = i }', '[i, last]'], [2, 1]],
  ['for await', ['for await (const x of [Promise.resolve(1)]) log.push(x)\nlog'], [1]],
  ['a promise as the last value is not awaited', ['await 0; Promise.resolve(5)'], Promise.resolve(5)],
  ['await inside an async function is its own', ['const f = async () => await 3', 'await f()'], 3],
  ['a sequence', ['await 0; (1, 2)'], 2],
  ['an object literal', ['({a: 1})'], { a: 1 }],
  ['import default', ["import path from 'node:path'", "path.join('a', 'b')"], 'a/b'],
  ['import named', ["import { join as j, sep } from 'node:path'\nj('a', 'b') + sep"], 'a/b/'],
  ['import all', ["import * as p from 'node:path'", "p.basename('/x/y')"], 'y'],
  ['import default and all', ["import d, * as all from 'node:path'", 'd === all.default'], true],
  ['import over lines', ["import {\n  join,\n  sep,\n} from 'node:path'\njoin('a')"], 'a'],
  ['dynamic import', ["const { sep } = await import('node:path')", 'sep'], '/'],
  [
    'export is dropped',
    ['export const a = 1; export default class K {}; const b = 2; export { b }', 'a + typeof K'],
    '1function',
  ],
  ['export default expression', ['export default 5; 6'], 6],
  ['strict', ["'use strict'\nfunction f() { return this }\nf()"], undefined],
  ['sloppy', ['function f() { return this === globalThis }\nf()'], true],
  ['this', ['this === globalThis'], true],
  ['hashbang', ['#!/usr/bin/env node\n5'], 5],
  ['empty', [''], undefined],
  ['only a comment', ['// nothing'], undefined],
  ['name of a function', ['const f = () => 1', 'f.name'], 'f'],
  ['name of a class', ['class Named {}', 'Named.name'], 'Named'],
  ['using', ['{ using r = { [Symbol.dispose]() { log.push("gone") } } }\nlog'], ['gone']],
  [
    'TypeScript: types',
    ['const a: number = 5; interface B { c: string }\nfunction f<T>(x: T): T { return x }', 'f(a) as number'],
    5,
  ],
  ['TypeScript: enum', ['enum Color { Red, Green }', 'Color.Green'], 1],
  ['TypeScript: parameter property', ['class P { constructor(public x: number) {} }', 'new P(4).x'], 4],
  [
    'TypeScript: await and import type',
    ["import type { X } from './none.ts'\nconst a: number = await Promise.resolve(2)", 'a satisfies number'],
    2,
  ],
];

test.each(cases)('%s', async (_what, cells, value) => {
  const { run } = createSession();
  let last: unknown;
  for (const cell of cells) last = await run(cell);
  expect(structuredCloneOf(last)).toEqual(structuredCloneOf(await value));
});

/** Values of the other realm as values of this one. */
const structuredCloneOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? JSON.parse(JSON.stringify(value)) : value;

test('errors point at the line of the user', async () => {
  const { run } = createSession();
  for (const prefix of ['', 'await 1\n', 'import {\n  sep,\n} from "node:path"\n', 'function f() {\n}\n']) {
    const line = prefix.split('\n').length + 1;
    const source = `${prefix}const a = 1\nthrow new Error('here')`;
    await expect(run(source)).rejects.toMatchObject({ stack: expect.stringContaining(`cell:${line}:`) });
  }
  await run('\n\nfunction thrower() {\n  throw new Error("deep")\n}');
  await expect(run('thrower()')).rejects.toMatchObject({ stack: expect.stringContaining('cell:4:') });
});

test.each([
  ['const = 5', /Expression expected|Unexpected token/],
  ['return 5', /[Rr]eturn/],
  ["export * from 'node:path'", /in a cell use import/],
  ['const a: number = ;', /Expression expected/],
  ['}', /./],
])('what is no code is a SyntaxError: %s', (source, message) => {
  expect(() => compileCell(compiler, source, 'cell', createNamespace({}))).toThrow(
    expect.objectContaining({ name: 'SyntaxError' }),
  );
  expect(() => compileCell(compiler, source, 'cell', createNamespace({}))).toThrow(message);
});

test('any text is either a cell or a SyntaxError', () => {
  const token = fc.constantFrom(
    'const ',
    'let ',
    'var ',
    'a',
    'b',
    '=',
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    ';',
    '\n',
    ',',
    'await ',
    'for ',
    'of ',
    'in ',
    'if ',
    'else ',
    'function ',
    'class ',
    'import ',
    'export ',
    'default ',
    "'x'",
    '=>',
    '...',
    '1',
    'async ',
    'return ',
    '*',
    ':',
    '.',
    '`',
    '/',
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 14 }), (tokens) => {
      const source = tokens.join('');
      try {
        const cell = transformCell(source);
        // Acorn took it, so V8 must take what we make of it.
        new vm.Script(cell.body);
        new vm.Script(cell.functions);
        expect(cell.functions === '' || cell.functions.split('\n').length === source.split('\n').length).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(SyntaxError);
        expect(accepted(source), `${source}\n→ ${(error as Error).message}`).toBe(false);
      }
    }),
    { numRuns: 3000 },
  );
});

/** Does V8 take it as the body of an async function, where all that a cell may have is allowed? */
function accepted(source: string): boolean {
  if (/import|export|return/.test(source)) return false;
  try {
    new vm.Script(`(async () => {${source}\n})`);
    return true;
  } catch {
    return false;
  }
}

test('clear takes away what cells made and puts back what they overwrote', async () => {
  const { run, root, namespace } = createSession();
  await run('const a = 1; function f() {} class C {}; implicit = 2; JSON = 5; const log = 3');
  expect([root.JSON, root.log]).toEqual([5, []]);
  expect(await run('log')).toBe(3);
  namespace.clear();
  expect(await run('typeof a + typeof f + typeof C + typeof implicit')).toBe('undefined'.repeat(4));
  expect(await run('JSON.stringify(log)')).toBe('[]');
});

test("names that shadow Node's are the user's, in cells and functions, and nobody else's", async () => {
  const { root, run, namespace } = createSession();
  const original = root.Array;
  await run('function before() { return typeof Array.from }');
  await run("const Array = 'mine'; let parseInt = 1; import { setTimeout, clearTimeout } from 'node:timers/promises'");
  expect(root.Array).toBe(original);
  expect(await run('Array + parseInt')).toBe('mine1');
  expect(await run('const { log: l } = { log: await setTimeout(1, 8) }; l')).toBe(8);
  expect(await run('function f() { return Array } f()')).toBe('mine');
  expect(await run('before()')).toBe('function');
  await run('Array = "again"');
  expect([await run('Array'), root.Array === original]).toEqual(['again', true]);
  const { version } = namespace;
  namespace.clear();
  expect(namespace.version).not.toBe(version);
  expect(await run('Array.of(1)')).toEqual(expect.objectContaining({ 0: 1 }));
});

test('declare makes accessors and constants of the global object assignable', () => {
  const root: Record<string, unknown> = {};
  const namespace = createNamespace(root);
  Object.defineProperty(root, 'accessor', { get: () => 1, configurable: true });
  Object.defineProperty(root, 'constant', { value: 1, configurable: true });
  namespace.declare(['accessor', 'constant', 'fresh']);
  for (const name of ['accessor', 'constant', 'fresh']) root[name] = 2;
  expect(root).toEqual({ accessor: 2, constant: 2, fresh: 2 });
  namespace.clear();
  expect(Object.keys(root)).toEqual([]);
});
