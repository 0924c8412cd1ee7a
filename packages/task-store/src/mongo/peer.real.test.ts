// Python's ipyparallel and this store in one database.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { missingPart, runProgram, temporaryFolder } from '@muster/testkit';
import { MongoClient } from 'mongodb';
import { expect, test } from 'vitest';
import { anyMongo, hasMongo, whyNoMongo } from '../testing/mongo-server.ts';
import { createMongoTaskStore } from './store.ts';

const python = process.env.PEER_PYTHON ?? '';
const hasPython = python !== '' && existsSync(python);
const whyNoPython = hasPython ? '' : missingPart('PEER_PYTHON', 'E2E_PROVISION=1 npm test');
const script = join(import.meta.dirname, '../../fixtures/mongo_peer.py');

const noon = Date.UTC(2026, 10, 23, 12) * 1000;
const hex = (buffers: readonly Uint8Array[]): string[] => buffers.map((bytes) => Buffer.from(bytes).toString('hex'));

test.skipIf(!hasMongo || !hasPython)(
  `Python reads and writes the same records ${whyNoPython}${whyNoMongo(hasMongo)}`,
  { timeout: 120_000 },
  async () => {
    await using folder = await temporaryFolder('mongo-peer');
    await using server = await anyMongo();
    const database = `muster-test-${randomUUID()}`;
    const peer = async (action: 'read' | 'write'): Promise<string> => {
      const env = { IPYTHONDIR: folder.path };
      const run = await runProgram([python, script, action, server.url, database], { env, timeoutMs: 100_000 });
      expect(run.code, run.output).toBe(0);
      return run.stdout;
    };
    const store = await createMongoTaskStore({ address: { url: server.url, options: {} }, database });
    const buffers = [Uint8Array.of(1, 2), new Uint8Array(0), new Uint8Array(70_000).fill(7)];
    const header = { msg_id: 'ours-1', date: '2026-11-23T12:00:00Z', unit: 'µs' };
    store.put('ours-1', { header, buffers, submitted: noon + 1, completed: noon + 1_000_500, queue: 'mux' }, 'create');
    store.put('ours-1', { appendStdout: 'a\0b\n', executeResult: { data: {} }, label: 'l1' }, 'stub');
    store.put('ours-2', { submitted: noon, displayData: { data: 2 }, label: 'L1' }, 'create');
    expect(await store.history()).toEqual(['ours-2', 'ours-1']);

    const seen = JSON.parse(await peer('read'));
    expect(seen).toMatchObject({
      history: expect.arrayContaining(['ours-2', 'ours-1']),
      late: ['ours-1'],
      pending: ['ours-2'],
      labelled: ['ours-1'],
      nested: ['ours-1'],
      record: {
        header,
        metadata: null,
        buffers: hex(buffers),
        submitted: '2026-11-23T12:00:00+00:00',
        completed: '2026-11-23T12:00:01+00:00',
        started: null,
        result_buffers: [],
        queue: 'mux',
        execute_result: { data: {} },
        stdout: 'a\0b\n',
        stderr: '',
      },
    });

    await peer('write');
    expect(await store.history()).toEqual(['theirs-2', 'theirs-1', 'ours-1']);
    const [theirs, ours, dropped] = await store.find(['theirs-1', 'ours-1', 'ours-2']);
    expect(theirs).toMatchObject({
      record: {
        header: { msg_id: 'theirs-1', date: '2026-11-23T12:00:00Z', n: 1.5 },
        content: { text: 'é', list: [1, null, true] },
        submitted: noon,
        completed: noon + 7000,
        received: noon + 1_000_000,
        resultContent: { status: 'ok' },
        queue: 'task',
      },
    });
    if (theirs === undefined || 'missing' in theirs) throw new Error('no record');
    expect(theirs.record.buffers.map(({ length }) => length)).toEqual([0, 300, 100_000, 1, 1]);
    expect(hex(theirs.record.resultBuffers)).toEqual(['72']);
    // What they did not change has its microseconds still.
    expect(ours).toMatchObject({
      record: { label: 'seen', error: { ename: 'E' }, started: noon, submitted: noon + 1, completed: noon + 1_000_500 },
    });
    expect(dropped).toEqual({ missing: 'unknown' });
    expect(await store.query({ submitted: { $lt: '2026-11-23T11:00:00.000001Z' } }, ['queue'])).toMatchObject([
      { fields: { msg_id: 'theirs-2', queue: 'task' } },
    ]);
    await store.expire(noon + 1_000_001);
    expect(await store.find(['theirs-1', 'theirs-2'])).toMatchObject([{ missing: 'expired' }, { record: {} }]);
    await store.close();
    const client = await MongoClient.connect(server.url);
    await client.db(database).dropDatabase();
    await client.close();
  },
);
