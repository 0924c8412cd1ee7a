// One controller with --mongodb, on a server that goes away and comes back, for stock Python peers.
import { join } from 'node:path';
import type { OwnMongo, Program, TemporaryFolder } from '@muster/testkit';
import { runProgram, startMongoWire, startProgram, temporaryFolder } from '@muster/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mongoProgram, python } from './parts.ts';
import type { PeerSetting } from './run-python.ts';
import { runPython } from './run-python.ts';
import { ourCommand } from './service-process.ts';

interface Digests {
  readonly first: readonly unknown[];
  readonly again: readonly unknown[];
  readonly requests: readonly boolean[];
  readonly results: readonly boolean[];
}

interface Worked {
  readonly done: number;
  /** s. */
  readonly worked: number;
  readonly asked: number;
  readonly msg_ids: readonly string[];
  /** msg_ids, or the name of the error. */
  readonly answer: readonly string[] | string;
}

describe('ipcontroller --mongodb', () => {
  let folder: TemporaryFolder;
  let mongo: OwnMongo;
  let controller: Program;
  let engine: Program;
  let peer: PeerSetting;
  beforeAll(async () => {
    folder = await temporaryFolder('mongodb');
    mongo = await startMongoWire(await mongoProgram(), { file: join(folder.path, 'records') });
    const profile = join(folder.path, 'profile');
    const env = { IPYTHONDIR: join(folder.path, 'ipython'), HOME: folder.path, MONGODB_URI: mongo.url };
    peer = { clientFile: join(profile, 'security/ipcontroller-client.json'), env };
    const options = [`--profile-dir=${profile}`, '--ping=250'];
    controller = await startProgram([...ourCommand('ipcontroller'), '--mongodb', ...options], { env });
    await controller.says('task records are kept');
    engine = await startProgram([await python(), '-m', 'ipyparallel.engine', options[0]!], { env });
  });
  afterAll(async () => {
    await engine?.stop();
    await controller?.stop();
    await mongo?.stop({ signal: 'SIGKILL' });
    await folder?.remove();
  });

  test('results of 100 MB are got from the records, whole', async () => {
    const { first, again, requests, results } = await runPython<Digests>('large_results.py', peer, ['100000000']);
    expect(first).toHaveLength(12);
    expect(first[0]).toMatchObject([100_000_000, expect.any(String)]);
    expect(again).toEqual(first);
    expect(requests).toEqual([false, false, true]);
    expect(results).toEqual([false, true, true]);
  });

  test('while the server is away all works but questions to the records; then these do, and nothing is lost', async () => {
    const before = await runPython<Worked>('work_and_ask.py', peer, ['20']);
    expect(before.answer).toEqual(expect.arrayContaining([...before.msg_ids]));
    await mongo.stop();
    await controller.says('task store is away', 60_000);
    const away = await runPython<Worked>('work_and_ask.py', peer, ['200']);
    expect(away).toMatchObject({ done: 200, answer: 'OperationalError' });
    // They wait for a server for 5 s, and for the writes before them.
    expect(away.asked).toBeLessThan(60);
    await mongo.start();
    await controller.says('task store is back', 60_000);
    await controller.says('writes go on', 60_000);
    const after = await runPython<Worked>('work_and_ask.py', peer, ['20']);
    const expected = [before, away, after].flatMap(({ msg_ids: msgIds }) => msgIds);
    expect(after.answer).toEqual(expect.arrayContaining(expected));
    expect(new Set(after.answer).size).toBe(after.answer.length);
    expect(controller.output).not.toContain('writes are lost');
  });

  test('a controller that finds no server ends with the reason and what to do', async () => {
    const options = [`--profile-dir=${join(folder.path, 'other')}`, '--MongoDB.connection_args=["127.0.0.1", 1]'];
    const begin = performance.now();
    const run = await runProgram([...ourCommand('ipcontroller'), '--mongodb', ...options], {
      env: { ...peer.env, MONGODB_URI: undefined },
    });
    expect(run.code).toBe(1);
    expect(run.output).toMatch(/no server is there: connect ECONNREFUSED[^\n]*\nStart the server, or say where it is/);
    expect(performance.now() - begin).toBeLessThan(30_000);
  });
});
