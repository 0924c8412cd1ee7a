import { chooseCurve } from '@muster/transport';
import { expect, test } from 'vitest';
import { chooseKey } from './identity.ts';

const off = {
  enableCurve: false,
  curveSecretKey: '',
  curvePublicKey: '',
  curveClientSecretKey: '',
  curveStrict: false,
};
const curve = chooseCurve({ ...off, enableCurve: true });
const strict = chooseCurve({ ...off, curveStrict: true });
const newKey = (): string => 'new';

test('a key that was chosen is the key, also when it is empty', () => {
  for (const doors of [undefined, curve]) {
    expect(chooseKey('chosen', doors, newKey)).toBe('chosen');
    expect(chooseKey('', doors, newKey)).toBe('');
  }
});

test('without a choice there is a new key, and none with CurveZMQ', () => {
  expect(chooseKey(undefined, undefined, newKey)).toBe('new');
  expect(chooseKey(undefined, curve, newKey)).toBe('');
});

test('separate doors always have a key', () => {
  for (const chosen of [undefined, '']) expect(chooseKey(chosen, strict, newKey)).toBe('new');
});
