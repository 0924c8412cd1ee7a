import { expect, test } from 'vitest';
import { curvePublicKey, generateCurvePair } from './curve-keys.ts';
import type { CurveChoice } from './security.ts';
import { chooseCurve, hasSeparateDoors, serverKeysOf, warnWhenOpen } from './security.ts';

const off: CurveChoice = {
  enableCurve: false,
  curveStrict: false,
  curveSecretKey: '',
  curvePublicKey: '',
  curveClientSecretKey: '',
};
const on: CurveChoice = { ...off, enableCurve: true };
const strict: CurveChoice = { ...off, curveStrict: true };
const pair = generateCurvePair();
const other = generateCurvePair();

test('off unless asked for, also with keys in the environment', () => {
  expect(chooseCurve({ ...off, curveSecretKey: pair.secretKey, curveClientSecretKey: 'x' })).toBe(undefined);
  expect(serverKeysOf(undefined)).toBe(null);
  expect(hasSeparateDoors(undefined)).toBe(false);
});

test('one pair for both sides, made up or configured', () => {
  const made = chooseCurve(on)!;
  expect(made.client).toBe(made.engine);
  expect(made.engine.publicKey).toBe(curvePublicKey(made.engine.secretKey));
  expect(chooseCurve(on)!.engine.secretKey).not.toBe(made.engine.secretKey);
  expect(hasSeparateDoors(made)).toBe(false);
  const given = { role: 'server', ...pair };
  const both = { engine: given, client: given };
  expect(chooseCurve({ ...on, curveSecretKey: pair.secretKey })).toEqual(both);
  expect(chooseCurve({ ...on, curveSecretKey: pair.secretKey, curvePublicKey: pair.publicKey })).toEqual(both);
});

test('strict: two pairs, made up or configured', () => {
  const made = chooseCurve(strict)!;
  expect(hasSeparateDoors(made)).toBe(true);
  expect(serverKeysOf(made)).toEqual({ engine: made.engine.publicKey, client: made.client.publicKey });
  const given = chooseCurve({ ...strict, curveSecretKey: pair.secretKey, curveClientSecretKey: other.secretKey });
  expect(given).toEqual({ engine: { role: 'server', ...pair }, client: { role: 'server', ...other } });
  const half = chooseCurve({ ...strict, curveSecretKey: pair.secretKey })!;
  expect(half.engine).toMatchObject(pair);
  expect(hasSeparateDoors(half)).toBe(true);
});

test.each<[string, Partial<CurveChoice>, RegExp, RegExp]>([
  ['too short', { curveSecretKey: pair.secretKey.slice(1) }, /39 characters/, /IPP_CURVE_SECRETKEY.*Z85/],
  ['too long', { curveSecretKey: `${pair.secretKey}a` }, /41 characters/, /Z85/],
  ['not Z85', { curveSecretKey: `"${pair.secretKey.slice(1)}` }, /not those of Z85/, /Z85/],
  ['a pair that does not fit', { curveSecretKey: pair.secretKey, curvePublicKey: other.publicKey }, /pair/, /alone/],
  ['a public key that is none', { curveSecretKey: pair.secretKey, curvePublicKey: 'x' }, /pair/, /alone/],
  ['a public key alone', { curvePublicKey: pair.publicKey }, /no secret one/, /IPP_CURVE_SECRETKEY/],
  ["a clients' key without strict mode", { curveClientSecretKey: pair.secretKey }, /strict/, /curve-strict/],
  [
    'the same key twice',
    { curveStrict: true, curveSecretKey: pair.secretKey, curveClientSecretKey: pair.secretKey },
    /same/,
    /of its own/,
  ],
  [
    "a clients' key that is none",
    { curveStrict: true, curveClientSecretKey: 'x' },
    /1 characters/,
    /_CLIENT_SECRETKEY/,
  ],
])('%s is refused, with a remedy and without the key', (_, choice, message, remedy) => {
  const refused = {
    code: 'bad_option',
    message: expect.stringMatching(message),
    remedy: expect.stringMatching(remedy),
  };
  expect(() => chooseCurve({ ...on, ...choice })).toThrow(expect.objectContaining(refused));
  for (const key of [pair.secretKey, choice.curveSecretKey, choice.curveClientSecretKey])
    if (key && key.length > 1) expect(() => chooseCurve({ ...on, ...choice })).not.toThrow(key);
});

test('an administrator is told of open doors and short keys', () => {
  const told: string[] = [];
  const log = { warn: (_: object, message: string) => void told.push(message) };
  warnWhenOpen(['127.0.0.1', '0.0.0.0'], undefined, 'short', log);
  expect(told).toEqual([expect.stringContaining('without encryption'), expect.stringContaining('key is short')]);
  warnWhenOpen(['0.0.0.0'], chooseCurve(on), '', log);
  warnWhenOpen(['127.0.0.1'], undefined, 'x'.repeat(32), log);
  expect(told).toHaveLength(2);
  warnWhenOpen(['127.0.0.1'], undefined, '', log);
  expect(told[2]).toContain('not signed');
});
