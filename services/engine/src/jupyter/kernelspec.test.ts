import { expect, test } from 'vitest';
import { kernelArguments, kernelEnvironment } from './command.ts';
import { parseKernelspec } from './kernelspec.ts';

const named = (name: string): string => `$\{${name}}`;
const folder = '/opt/env/share/jupyter/kernels/Some';

test('a kernelspec, with what it may leave out', () => {
  const spec = parseKernelspec('{"argv": ["run", "{connection_file}"]}', folder);
  expect(spec).toEqual({
    name: 'some',
    folder,
    argv: ['run', '{connection_file}'],
    env: {},
    displayName: 'some',
    language: '',
    interruptMode: 'signal',
  });
  expect(parseKernelspec('{"argv": ["run"], "interrupt_mode": "Message"}', folder).interruptMode).toBe('message');
});

test.each([
  ['{', /JSON/],
  ['[]', 'no JSON object'],
  ['null', 'no JSON object'],
  ['{}', 'argv'],
  ['{"argv": []}', 'argv'],
  ['{"argv": "python"}', 'argv'],
  ['{"argv": ["x", 1]}', 'argv'],
  ['{"argv": ["x"], "env": ["A"]}', 'env'],
  ['{"argv": ["x"], "env": {"A": 1}}', 'env'],
  ['{"argv": ["x"], "interrupt_mode": "loud"}', 'interrupt_mode'],
  [' '.repeat(1_000_001), 'too long'],
])('%s is none', (text, why) => {
  expect(() => parseKernelspec(text, folder)).toThrow(why);
});

test('the command line: what is known in braces is filled in, a bare python is that of the installation', () => {
  const args = (argv: string[], programs: string[] = []) =>
    kernelArguments(parseKernelspec(JSON.stringify({ argv }), folder), '/tmp/c.json', (path) =>
      programs.includes(path),
    );
  expect(args(['k', '-f={connection_file}', '{resource_dir}/x', '{prefix}', '{other}', '{}'])).toEqual([
    'k',
    '-f=/tmp/c.json',
    `${folder}/x`,
    '/opt/env',
    '{other}',
    '{}',
  ]);
  expect(args(['python3', '-m', 'k'], ['/opt/env/bin/python3'])[0]).toBe('/opt/env/bin/python3');
  expect(args(['python3', '-m', 'k'])[0]).toBe('python3');
  expect(args(['pythonic'], ['/opt/env/bin/pythonic'])[0]).toBe('pythonic');
});

test('the environment: variables are filled in where they are set', () => {
  const text = JSON.stringify({ argv: ['k'], env: { A: `${named('HOME')}/a`, B: named('UNSET_'), C: 'plain' } });
  expect(kernelEnvironment(parseKernelspec(text, folder), { HOME: '/h' })).toEqual({
    HOME: '/h',
    A: '/h/a',
    B: named('UNSET_'),
    C: 'plain',
    JPY_PARENT_PID: String(process.pid),
  });
});
