import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scriptOf } from './prelude.ts';
import { quote, quoteAll, quotePath, wholeScript } from './shell.ts';

const shell = (script: string) => spawnSync('/bin/sh', { input: script, encoding: 'utf8', env: { HOME: '/h o' } });

test('any text is one word of the shell, unchanged', () => {
  const text = fc.string({ unit: 'grapheme-composite', maxLength: 200 }).filter((value) => !value.includes('\0'));
  fc.assert(
    fc.property(fc.array(text, { maxLength: 5 }), (words) => {
      const { stdout } = shell(`for word in ${quoteAll(words)}; do printf '%s\\0' "$word"; done`);
      expect(stdout).toBe(words.map((word) => `${word}\0`).join(''));
    }),
    { numRuns: 30 },
  );
  expect(() => quote('a\0b')).toThrow(/NUL/);
});

test('a folder may begin with that of the user', () => {
  expect(shell(`echo ${quotePath("~/it's")} ${quotePath('~')} ${quotePath('~x')}`).stdout).toBe("/h o/it's /h o ~x\n");
});

test('a script is read whole before it begins: what comes cut off does nothing', () => {
  const script = wholeScript('cat; echo one; echo two');
  expect(shell(script).stdout).toBe('one\ntwo\n');
  for (const part of [0.3, 0.6, 0.8]) expect(shell(script.slice(0, script.length * part)).stdout).toBe('');
});

test('scripts say that they have come to their end, and why they have not', () => {
  expect(shell(scriptOf('say hello')).stdout).toBe('@muster hello\n@muster done\n');
  expect(shell(scriptOf('fail no "room left"; say never')).stdout).toBe('@muster failed no room left\n');
  expect(spawnSync('/bin/sh', { input: scriptOf(''), encoding: 'utf8', env: {} }).stdout).toContain('no home folder');
});
