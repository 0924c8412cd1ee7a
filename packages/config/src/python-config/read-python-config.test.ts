import type { Json } from '@muster/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPythonConfig } from './read-python-config.ts';

/** The settings of a text of which all is taken over. */
function settings(source: string): Record<string, unknown> {
  const { assignments, leftOut } = readPythonConfig(source);
  expect(leftOut).toEqual([]);
  return Object.fromEntries(assignments.map(({ name, value }) => [name, value]));
}
const value = (literal: string): unknown => settings(`c.A.b = ${literal}`)['A.b'];
const refusal = (literal: string): string | undefined => readPythonConfig(`c.A.b = ${literal}`).leftOut[0]?.why;

test.each([
  ["'*'", '*'],
  ['"it\'s"', "it's"],
  ["'''two\nlines'''", 'two\nlines'],
  ['"""a "quoted" word"""', 'a "quoted" word'],
  ["r'\\d+\\n'", '\\d+\\n'],
  ["R'a\\'b'", "a\\'b"],
  ["u'\\u00e9\\x41\\101\\U0001F600'", 'éAA😀'],
  ["'a\\\nb'", 'ab'],
  ["'\\t\\q'", '\t\\q'],
  ["'one ' 'two' \"three\"", 'one twothree'],
  ["('one '\n    'two')", 'one two'],
  ["b'\\x41b\\u1'", 'Ab\\u1'],
  ["Rb'\\x41'", '\\x41'],
  ['64', 64],
  ['-1_000', -1000],
  ['0x1F', 31],
  ['0b101', 5],
  ['0o17', 15],
  ['00', 0],
  ['1.5e3', 1500],
  ['.5', 0.5],
  ['10.', 10],
  ['None', null],
  ['True', true],
  ['[]', []],
  ['[1, "a", None,]', [1, 'a', null]],
  ['()', []],
  ['(1,)', [1]],
  ['(1)', 1],
  ['1, 2', [1, 2]],
  ['{}', {}],
  ['{"a": 1, 2: (3, [4]),}', { a: 1, 2: [3, [4]] }],
  ['{1, 2}', [1, 2]],
  ['[ # a comment, with a bracket ]\n 1 , \n\n 2]', [1, 2]],
  ['\\\n 5', 5],
  ["{'host1': 2, 'host3': (1, ['--profile-dir=/x'])}", { host1: 2, host3: [1, ['--profile-dir=/x']] }],
])('the literal %s', (literal, wanted) => {
  expect(value(literal)).toEqual(wanted);
});

test.each([
  ['os.path.join("a", "b")', 'expression'],
  ['open("x")', 'it calls open()'],
  ['cores', 'the name cores is not known'],
  ['1 + 2', 'expression'],
  ['[x for x in y]', 'the name x is not known'],
  ['lambda: 1', 'the name lambda'],
  ['f"{x}"', 'formatted string'],
  ["b'\\xff'", 'bytes that are no text'],
  ["b'\\x4'", '\\x in a string'],
  ["b'é'", 'bytes that are no text'],
  ['2j', 'complex'],
  ['9007199254740993', 'too large'],
  ['1e999', 'no number'],
  ['012', "today's Python"],
  ['{None: 1}', 'a key of a dict'],
  ['{[]}', 'a set has more than plain values'],
  ['{1, 2: 3}', 'neither a dict nor a set'],
  ["'\\N{BULLET}'", '\\N in a string'],
  ["'\\UFFFFFFFF'", 'no character'],
  ["'open", 'a string is not closed'],
  ["'''open", 'a string is not closed'],
  ['[1, (2]', 'closes nothing'],
  ['[1', 'a [ is not closed'],
  ['$', '"$" is not understood'],
  ['', 'no value'],
  ['1 if x else 2', 'expression'],
  [`${'['.repeat(66)}${']'.repeat(66)}`, 'nested deeper'],
])('the value %s is left out with the reason', (literal, why) => {
  expect(refusal(literal)).toContain(why);
});

test('a file of today', () => {
  const source = `# Configuration file for ipcluster.
import os
from traitlets.config import get_config

c = get_config()  #noqa

"""A text for readers."""
c.Cluster.n = 4; c.Cluster.delay = 1.0
conf = get_config()
conf.IPClusterEngines.engine_launcher_class = \\
    'SSH'
hosts = 2
c.SSHEngineSetLauncher.engines = {
    'host1': hosts,  # two
}
c.SSHEngineSetLauncher.engines['host2'] = 3
c.SSHEngineSetLauncher.engines.update({'host3': (1, [])})
c.MPILauncher.mpi_args = ['-x']
c.MPILauncher.mpi_args += ['A']
c.MPILauncher.mpi_args.append('-y')
c.MPILauncher.mpi_args.prepend(['first'])
c.MPILauncher.mpi_args.extend(('B',))
c.Cluster.n = 8
c.Cluster.profile_dir = os.path.expanduser('~/x')
if os.environ.get('X'):
    c.Cluster.n = 16
    c.Cluster.delay = 3
else:
    c.Cluster.n = 32
def function(x):

    # in it
    return x
for x in y: c.Cluster.n = 1; c.Cluster.delay = 9
c.Cluster.delay = 2
`;
  const { assignments, leftOut } = readPythonConfig(source);
  expect(Object.fromEntries(assignments.map((one) => [one.name, [one.value, one.line]]))).toEqual({
    'Cluster.delay': [2, 35],
    'IPClusterEngines.engine_launcher_class': ['SSH', 10],
    'SSHEngineSetLauncher.engines': [{ host1: 2, host2: 3, host3: [1, []] }, 17],
    'MPILauncher.mpi_args': [['first', '-x', 'A', '-y', 'B'], 22],
    'Cluster.n': [8, 23],
  });
  expect(leftOut).toEqual([
    { line: 2, lastLine: 2, source: 'import os', why: 'it is an import' },
    {
      line: 24,
      lastLine: 24,
      source: "c.Cluster.profile_dir = os.path.expanduser('~/x')",
      why: 'it is an expression, and only plain values are taken over',
    },
    { line: 25, lastLine: 27, source: "if os.environ.get('X'):", why: 'it is code' },
    { line: 28, lastLine: 29, source: 'else:', why: 'it is code' },
    { line: 30, lastLine: 33, source: 'def function(x):', why: 'it is code' },
    { line: 34, lastLine: 34, source: 'for x in y: c.Cluster.n = 1; c.Cluster.delay = 9', why: 'it is code' },
  ]);
});

test.each([
  ['c.A = {}', 'c.Class.name'],
  ['c.A.b.c = 1', 'c.Class.name'],
  ['d.A.b = 1', 'the name d is not known'],
  ['c.A.b.sort()', 'it calls sort()'],
  ['c.A.b += 1', 'adds to what is not known'],
  ['c.A.b.update([1])', 'needs a dict'],
  ['c.A.b.extend(1)', 'needs a list'],
  ['c.A.b -= 1', 'expression'],
  ['c.A.b', 'expression'],
  ["load_subconfig('x.py')", 'import that one'],
  ['print("x")', 'expression'],
  ['del c.A.b', 'expression'],
  ['c = Config()', 'it calls Config()'],
  ['x = [1]', 'no short text'],
  ['  c.A.b = 1', 'it is indented'],
  ['async def f(): pass', 'it is code'],
  ['@decorator', 'it is code'],
])('the statement %s is left out with the reason', (source, why) => {
  expect(readPythonConfig(`${source}\n`)).toMatchObject({
    assignments: [],
    leftOut: [{ why: expect.stringContaining(why) }],
  });
});

test('line ends and byte order marks of every system', () => {
  for (const end of ['\n', '\r\n', '\r'])
    expect(readPythonConfig(`\ufeff# x${end}c.A.b = '''1${end}2'''${end}${end}c.A.c = 3`).assignments).toEqual([
      { name: 'A.b', value: '1\n2', line: 2 },
      { name: 'A.c', value: 3, line: 5 },
    ]);
});

test('no name of Object is touched', () => {
  const { assignments } = readPythonConfig(
    "c.A.b = {'__proto__': {'x': 1}}\nc.A.b['__proto__'] = 2\nc.__proto__.x = 3",
  );
  expect(Object.entries(assignments[0]?.value ?? {})).toEqual([['__proto__', 2]]);
  expect(({} as Record<string, unknown>).x).toBeUndefined();
});

const pieces = fc.constantFrom(
  ...'c.A.b = += [ ] { } ( ) , : ; . \\ \n \r \t \' " \'\'\' """ r b f # 1 0x 1e .5 _ None True x if def @ get_config() append( $ é \\u \\N'.split(
    ' ',
  ),
  ' ',
);
test('any text is read, in lines that it has', () => {
  const anyText = fc.oneof(
    fc.array(pieces, { maxLength: 60 }).map((all) => all.join('')),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(anyText, (source) => {
      const { assignments, leftOut } = readPythonConfig(source);
      const lines = source.split(/\r\n|\r|\n/).length;
      for (const { line } of assignments) expect(line >= 1 && line <= lines).toBe(true);
      for (const { line, lastLine } of leftOut) expect(line >= 1 && line <= lastLine && lastLine <= lines).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

/** Python's writing of plain data. */
const python = (data: Json): string => {
  if (data === null) return 'None';
  if (typeof data === 'boolean') return data ? 'True' : 'False';
  if (typeof data === 'number') return String(data);
  if (typeof data === 'string') return JSON.stringify(data);
  if (Array.isArray(data)) return `[${data.map(python).join(', ')}]`;
  return `{${Object.entries(data)
    .map(([key, one]) => `${JSON.stringify(key)}: ${python(one)}`)
    .join(', ')}}`;
};
test('what Python writes is read as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }) as fc.Arbitrary<Json>, (data) => {
      fc.pre(!/\d{16}/.test(JSON.stringify(data)));
      expect(value(python(data))).toEqual(JSON.parse(JSON.stringify(data)));
    }),
  );
});

test.each([
  ['[', 'a'],
  ['c.A.b = 1;', ''],
  ["'", ''],
  ['"""', ''],
  ['\\\n', ''],
  ['c.A.b.prepend([1])\n', ''],
  ['1', ''],
  ['-', '1'],
  ['x="y"\n', ''],
  ["'' ", ''],
])('half a megabyte of %j takes no longer than its length asks for', (piece, end) => {
  const source = piece.repeat(Math.floor(500_000 / piece.length)) + end;
  const begin = process.cpuUsage();
  readPythonConfig(source);
  const { user, system } = process.cpuUsage(begin);
  expect((user + system) / 1e6).toBeLessThan(5);
});
