import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentLogger } from '@muster/telemetry';
import { type TemporaryFolder, temporaryFolder } from '@muster/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readPredecessor } from './predecessor.ts';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder('predecessor');
});
afterEach(() => folder.remove());

const nowUs = 1_790_000_000_000_000;
const now = '2026-09-21T14:13:20Z';

function read(flags: { reuse: boolean; restore: boolean }) {
  const errors: object[] = [];
  const log = { ...silentLogger, error: (fields: object) => errors.push(fields) };
  const places = { engineState: join(folder.path, 'engines.json'), client: join(folder.path, 'client.json') };
  return { ...readPredecessor(flags, places, nowUs, log), errors };
}
const write = (text: string): void => writeFileSync(join(folder.path, 'engines.json'), text);
const state = (muster: object) => JSON.stringify({ engines: { 0: 'a' }, next_id: 2, muster });

test('with --restore the chain of controllers goes on', () => {
  write(state({ since: '2026-09-01T00:00:00.000000Z', engines: [] }));
  const { engines, since } = read({ reuse: true, restore: true });
  expect(engines).toMatchObject({ engines: [{ uuid: 'a', id: 0 }], nextId: 2 });
  expect(since).toBe('2026-09-01T00:00:00.000000Z');
});

test('after Python, whose file does not say since when, it is since the connection file was written', () => {
  write('{"engines": {"0": "a"}, "next_id": 1}');
  writeFileSync(join(folder.path, 'client.json'), '{}');
  const written = new Date('2026-09-02T00:00:00Z');
  utimesSync(join(folder.path, 'client.json'), written, written);
  expect(read({ reuse: true, restore: true }).since).toMatch(/^2026-09-02T00:00:00/);
});

test('without --restore this controller is the first, and knows who was there', () => {
  write(state({ since: '2026-09-01T00:00:00.000000Z', engines: [] }));
  expect(read({ reuse: true, restore: false })).toMatchObject({ engines: { engines: [{ uuid: 'a' }] }, since: now });
  expect(read({ reuse: false, restore: false })).toMatchObject({ engines: undefined, since: now });
});

test('no file, or one that cannot be read', () => {
  expect(read({ reuse: true, restore: true })).toMatchObject({ engines: undefined, since: now, errors: [] });
  write('{"engines": {"0"');
  expect(read({ reuse: true, restore: true })).toMatchObject({
    engines: undefined,
    errors: [{ why: expect.stringContaining('half') }],
  });
  expect(read({ reuse: true, restore: false }).errors).toEqual([]);
});
