import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const loader = fileURLToPath(new URL('./testing/load-files.ts', import.meta.url));

interface Outcome {
  readonly settings?: readonly { readonly name: string; readonly value?: unknown; readonly line?: number }[];
  readonly code?: string;
  readonly message?: string;
  readonly remedy?: string;
  readonly hasC: boolean;
}

const good: Readonly<Record<string, readonly [text: string, ...settings: unknown[]]>> = {
  'plain.ts': [
    "// A comment.\nc.HubFactory.ip = '*';\nconst n: number = 3;\nc.IPClusterEngines.n = n as number;\n",
    { name: 'HubFactory.ip', value: '*', line: 2 },
    { name: 'IPClusterEngines.n', value: 3, line: 4 },
  ],
  'plain.js': ["c.HubFactory.ip = '*'", { name: 'HubFactory.ip', value: '*', line: 1 }],
  'typed.mts': [
    "interface X { ip: string }\nexport {};\ndeclare const c: { HubFactory: X };\nc.HubFactory.ip = '1';",
    { name: 'HubFactory.ip', value: '1', line: 4 },
  ],
  'function.mjs': [
    "export default (c) => {\n  c.HubFactory.ip = '*';\n};",
    { name: 'HubFactory.ip', value: '*', line: 2 },
  ],
  'async.ts': [
    "export default async (c: any) => {\n  await null;\n  c.A.b = 1;\n  return { HubFactory: { ip: '*' } };\n};",
    { name: 'A.b', value: 1, line: 3 },
    { name: 'HubFactory.ip', value: '*' },
  ],
  'object.ts': [
    "export default { HubFactory: { ip: '*' }, 'MPI.use': 'mpi4py', n: 4 }",
    { name: 'HubFactory.ip', value: '*' },
    { name: 'MPI.use', value: 'mpi4py' },
    { name: 'n', value: 4 },
  ],
  'changed.ts': [
    "c.A.b = 1;\nc.A.b = 2;\nc.A.d = {};\nc.A.d.host = c.A.b;\nc.A.e = 5;\ndelete c.A.e;\nc.B = { x: 1 };\nc['C.y'] = c.A.zz;\nc.A.f ??= 7;",
    { name: 'A.b', value: 2, line: 2 },
    { name: 'A.d', value: { host: 2 }, line: 3 },
    { name: 'B.x', value: 1, line: 7 },
    { name: 'C.y', line: 8 },
    { name: 'A.f', value: 7, line: 9 },
  ],
  'imports.ts': [
    "import { ip } from './shared.ts';\nimport { hostname } from 'node:os';\nc.HubFactory.ip = ip;\nc.A.b = hostname() !== '' && import.meta.filename.endsWith('imports.ts');",
    { name: 'HubFactory.ip', value: '10.0.0.1', line: 3 },
    { name: 'A.b', value: true, line: 4 },
  ],
  'awaits.ts': ['c.A.b = await Promise.resolve(1);', { name: 'A.b', value: 1, line: 1 }],
  'assign.js': ['Object.assign(c.A, { b: 1 })\nObject.assign(c, { B: { c: 2 } })', { name: 'A.b' }, { name: 'B.c' }],
  'empty.ts': ['// c.A.b = 1\n'],
  'commonjs/inside.js': ['c.A.b = 1;\nexport {};', { name: 'A.b', value: 1, line: 1 }],
  'module/inside.ts': ['c.A.b = 1;', { name: 'A.b', value: 1, line: 1 }],
  'a.json': [
    '{"version": 1, "HubFactory": {"ip": "*"}, "MPI.use": "mpi4py"}',
    { name: 'HubFactory.ip', value: '*' },
    { name: 'MPI.use', value: 'mpi4py' },
  ],
  'empty.json': [''],
  'a.yaml': [
    "HubFactory:\n  ip: '*'\nMPI.use: mpi4py\nSSHEngineSetLauncher: {engines: {host: 2}}\n",
    { name: 'HubFactory.ip', value: '*' },
    { name: 'MPI.use', value: 'mpi4py' },
    { name: 'SSHEngineSetLauncher.engines', value: { host: 2 } },
  ],
  'empty.yml': ['# nothing'],
};

/** What is wrong, with the line. */
const bad: Readonly<Record<string, readonly [text: string, message: string | RegExp, remedy?: string]>> = {
  'syntax.ts': ['const a = 1;\nc.A.b = 5 5;\n', /\/syntax\.ts:2: SyntaxError: .+\.$/],
  'syntax.js': ['\n\nc.A.b = ;\n', /\/syntax\.js:3: SyntaxError: /],
  'twice.ts': ['const a: number = 1;\nconst a = 2;', /\/twice\.ts:2: SyntaxError: .*'a'/],
  'enum.ts': ['enum A { x }', /\/enum\.ts:1: SyntaxError: .*enum/, 'what JavaScript has'],
  'throws.ts': ["interface A {}\n\nthrow new TypeError('such')", /\/throws\.ts:3: TypeError: such\.$/],
  'text.ts': ["throw 'a text'", /\/text\.ts: a text\.$/],
  'nothing.ts': ['throw undefined', /\/nothing\.ts: undefined\.$/],
  'later.ts': [
    "export default async () => {\n  await null;\n  throw new Error('late');\n};",
    /later\.ts:3: Error: late/,
  ],
  'unquoted.ts': ['c.HubFactory.ip = localhost;', /:1: ReferenceError: localhost/, 'texts in quotes'],
  'section.ts': ['c.A.b.host = 1;', /:1: TypeError: .*undefined/],
  'required.js': ["const os = require('node:os');", /:1: ReferenceError/, 'ES modules'],
  'file.ts': ["import { readFileSync } from 'node:fs';\nreadFileSync('/none');", /\/file\.ts:2: Error: ENOENT/],
  'missing.ts': ["import './none.ts';", /Cannot find module .*none\.ts/],
  'through.ts': ["import './thrower.ts';", /\/thrower\.ts:2: Error: from below\. \(loaded by .*\/through\.ts\)$/],
  'number.ts': ['export default 5', /number\.ts is no list of settings\.$/],
  'many.ts': ['for (let i = 0; i < 10_001; i++) c.A[String(i)] = i;', 'sets more than 10000 settings'],
  'large.ts': [`//${'x'.repeat(1_000_000)}`, 'is larger than 1000000 bytes'],
  'bad.json': ['{\n "A": {\n  "b": 1,}\n}', /\/bad\.json:3: is not JSON\.$/],
  'list.json': ['[1]', 'is no list of settings'],
  'cut.json': ['{"A":\n', /cut\.json:\d: is not JSON/],
  'bad.yaml': ['A:\n  b: [1\nc: "x"\n', /\/bad\.yaml:\d: is not YAML\.$/],
  'double.yaml': ['A.b: 1\nA.b: 2\n', /\/double\.yaml:2: is not YAML/],
  'some.py': ['c.A.b = 1', 'is a config file in Python', 'muster profile import'],
  'folder.ts': ['', 'cannot be read: EISDIR'],
  'none.ts': ['', 'cannot be read: ENOENT'],
};

let folder: string;
const outcomes = new Map<string, Outcome>();
let stderr: string;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'muster-files-')));
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  write('shared.ts', "export const ip: string = '10.0.0.1';");
  write('thrower.ts', "\nthrow new Error('from below');");
  write('commonjs/package.json', '{"type": "commonjs"}');
  write('module/package.json', '{"type": "module"}');
  const files = { ...good, ...bad };
  for (const [name, [text]] of Object.entries(files)) if (name !== 'folder.ts' && name !== 'none.ts') write(name, text);
  mkdirSync(join(folder, 'folder.ts'));
  const paths = Object.keys(files).map((name) => join(folder, name));
  const run = spawnSync(process.execPath, [loader, ...paths], { encoding: 'utf8', env: {} });
  stderr = run.stderr;
  const lines = run.stdout.trimEnd().split('\n');
  for (const [i, name] of Object.keys(files).entries()) outcomes.set(name, JSON.parse(lines[i] ?? 'null') as Outcome);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

test.each(Object.entries(good))('%s', (name, [, ...settings]) => {
  const outcome = outcomes.get(name)!;
  expect(outcome.message).toBeUndefined();
  expect(outcome.settings).toHaveLength(settings.length);
  expect(outcome.settings).toMatchObject(settings);
});

test.each(Object.entries(bad))('%s is refused', (name, [, message, remedy = '']) => {
  const outcome = outcomes.get(name)!;
  expect(outcome.code).toBe('bad_config');
  expect(outcome.message).toMatch(message);
  expect(outcome.message).not.toMatch(/\?config|\n/);
  expect(outcome.remedy).toContain(remedy);
});

test('no warning of Node is seen, and c is gone afterwards', () => {
  expect(stderr).toBe('');
  expect([...outcomes.values()].map(({ hasC }) => hasC)).not.toContain(true);
});

test('each load reads the file anew, and a c that was there before is there again', () => {
  const script = `
    import { writeFileSync } from 'node:fs';
    const { readConfigFile } = await import(${JSON.stringify(new URL('./load.ts', import.meta.url).href)});
    globalThis.c = 'mine';
    const path = ${JSON.stringify(join(folder, 'again.ts'))};
    for (const value of [1, 2]) {
      writeFileSync(path, 'c.A.b = ' + value);
      console.log((await readConfigFile(path)).settings[0].value, globalThis.c);
    }
    const both = await Promise.all([readConfigFile(path), readConfigFile(path)]);
    console.log(both.map(({ settings }) => settings[0].value).join());`;
  const args = ['--input-type=module', '--eval', script];
  expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toBe('1 mine\n2 mine\n2,2\n');
});
