import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultsOf, parseWithFile } from '@muster/config';
import { generateCurvePair, hasSeparateDoors } from '@muster/transport';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { chooseKeys } from './curve-keys.ts';
import { type ControllerValues, controllerSettings } from './settings.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-curve-'));
  path = join(folder, 'ipcontroller-curve.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

const choose = (given: Partial<ControllerValues>) => chooseKeys({ ...defaultsOf(controllerSettings), ...given }, path);
const reused = { reuse: true, enableCurve: true } as const;
const pair = generateCurvePair();

test('without --reuse, or without CURVE, nothing is kept', () => {
  expect(choose({ enableCurve: true })!.engine.secretKey).not.toBe(choose({ enableCurve: true })!.engine.secretKey);
  expect(choose({ reuse: true })).toBe(undefined);
  expect(existsSync(path)).toBe(false);
});

test('with --reuse the next start has the same keys, in a file for the owner alone', () => {
  const first = choose(reused);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(choose(reused)).toEqual(first);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ engine: first!.engine.secretKey });
});

test('strict mode takes the kept key for engines and adds one for clients; both stay when it is switched off', () => {
  const shared = choose(reused)!;
  const strict = choose({ reuse: true, curveStrict: true })!;
  expect(strict.engine).toEqual(shared.engine);
  expect(hasSeparateDoors(strict)).toBe(true);
  expect(choose(reused)).toEqual(shared);
  expect(choose({ reuse: true, curveStrict: true })).toEqual(strict);
});

test('keys that were configured win over those that are kept, and are not written down', () => {
  const kept = choose({ reuse: true, curveStrict: true })!;
  const given = choose({ reuse: true, curveStrict: true, curveSecretKey: pair.secretKey })!;
  expect(given.engine).toMatchObject(pair);
  expect(given.client).toEqual(kept.client);
  expect(readFileSync(path, 'utf8')).not.toContain(pair.secretKey);
  expect(choose({ reuse: true, curveStrict: true })).toEqual(kept);
});

test('keys may come from files', () => {
  const file = join(folder, 'secret');
  writeFileSync(file, `${pair.secretKey}\n`);
  expect(choose({ enableCurve: true, curveSecretKeyFile: file })!.engine).toMatchObject(pair);
  expect(choose({ curveStrict: true, curveClientSecretKeyFile: file })!.client).toMatchObject(pair);
  expect(() => choose({ enableCurve: true, curveSecretKeyFile: join(folder, 'none') })).toThrow(
    expect.objectContaining({ code: 'bad_option', message: expect.stringContaining('none') }),
  );
});

test('a file of keys that others can read is refused', () => {
  choose(reused);
  chmodSync(path, 0o640);
  expect(() => choose(reused)).toThrow(
    expect.objectContaining({ code: 'connection_file_exposed', remedy: `Run: chmod 600 ${path}` }),
  );
});

test.each(['', '{', '[]', '{"engine": "x"}', '{"engine": 7}', `{"client": "${'"'.repeat(40)}"}`])(
  'a file of keys with %j is refused',
  (text) => {
    writeFileSync(path, text, { mode: 0o600 });
    expect(() => choose(reused)).toThrow(
      expect.objectContaining({ code: 'connection_file_invalid', remedy: expect.stringContaining('Remove it') }),
    );
    expect(readFileSync(path, 'utf8')).toBe(text);
  },
);

test('keys may be in a file of settings, under their names of the original', async () => {
  const file = join(folder, 'settings.yaml');
  const text = `IPController.curve_secretkey: '${pair.secretKey}'\nIPController.curve_publickey: '${pair.publicKey}'\n`;
  writeFileSync(file, `IPController.enable_curve: true\n${text}`, { mode: 0o600 });
  const { values, warnings } = await parseWithFile(controllerSettings, ['--config', file], {});
  expect(warnings).toEqual([]);
  expect(choose(values)!.engine).toMatchObject(pair);
});
