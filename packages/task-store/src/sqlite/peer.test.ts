// Python's ipyparallel and this store on one file.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { missingPart, runProgram, temporaryFolder } from '@muster/testkit';
import { expect, test } from 'vitest';
import { createSqliteTaskStore } from './store.ts';

const python = process.env.PEER_PYTHON ?? '';
const skip = python !== '' && existsSync(python) ? '' : missingPart('PEER_PYTHON', 'E2E_PROVISION=1 npm test');

const script = join(import.meta.dirname, '../../fixtures/sqlite_peer.py');
async function peer(action: 'read' | 'write', path: string): Promise<string> {
  const run = await runProgram([python, script, action, path], { env: { IPYTHONDIR: join(path, '..') } });
  expect(run.code, run.output).toBe(0);
  return run.stdout;
}
const noon = Date.UTC(2026, 10, 23, 12) * 1000;
const hex = (buffers: readonly Uint8Array[]): string[] => buffers.map((bytes) => Buffer.from(bytes).toString('hex'));

test.skipIf(skip !== '')(`Python reads and writes the same records ${skip}`, { timeout: 60_000 }, async () => {
  await using folder = await temporaryFolder('sqlite-peer');
  const path = join(folder.path, 'tasks.db');
  const store = await createSqliteTaskStore({ path, table: 'ipython-tasks' });
  const large = new Uint8Array(70_000).fill(7);
  const buffers = [Uint8Array.of(1, 2), new Uint8Array(0), large];
  const header = { msg_id: 'ours-1', date: '2026-11-23T12:00:00Z', unit: 'µs' };
  store.put('ours-1', { header, buffers, submitted: noon + 1, completed: noon + 1_000_000, queue: 'mux' }, 'create');
  store.put('ours-1', { appendStdout: 'a\0b\n', executeResult: { data: {} }, displayData: { data: 1 } }, 'stub');
  store.put('ours-2', { submitted: noon, displayData: { data: 2 } }, 'create');
  expect(await store.history()).toEqual(['ours-2', 'ours-1']);

  const seen = JSON.parse(await peer('read', path));
  expect(seen).toMatchObject({
    history: ['ours-2', 'ours-1'],
    ids: ['ours-1'],
    record: {
      header: { ...header, date: '2026-11-23T12:00:00+00:00' },
      metadata: null,
      buffers: hex(buffers),
      submitted: '2026-11-23T12:00:00.000001+00:00',
      completed: '2026-11-23T12:00:01+00:00',
      started: null,
      result_buffers: null,
      queue: 'mux',
      stdout: 'a\0b\n',
      stderr: '',
    },
  });

  await peer('write', path);
  expect(await store.history()).toEqual(['theirs-2', 'theirs-1', 'ours-1']);
  const [theirs, ours, dropped] = await store.find(['theirs-1', 'ours-1', 'ours-2']);
  expect(theirs).toMatchObject({
    record: {
      header: { msg_id: 'theirs-1', date: '2026-11-23T12:00:00Z', n: 1.5 },
      content: { text: 'é' },
      submitted: noon,
      completed: noon + 7,
      queue: 'task',
    },
  });
  if (theirs === undefined || 'missing' in theirs) throw new Error('no record');
  expect(theirs.record.buffers.map(({ length }) => length)).toEqual([0, 300, 100_000, 1, 1]);
  expect(hex(theirs.record.resultBuffers)).toEqual(['72']);
  expect(ours).toMatchObject({ record: { label: 'seen', error: { ename: 'E' }, displayData: { data: 1 } } });
  expect(dropped).toEqual({ missing: 'unknown' });
  expect(await store.query({ submitted: { $lt: '2026-11-23T11:00:00.000001Z' } }, ['queue'])).toMatchObject([
    { fields: { msg_id: 'theirs-2', queue: 'task' } },
  ]);
  await store.close();
});
