// Against Python's own controller and engines. Needs PEER_PYTHON, a Python that has ipyparallel.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Client } from './client.ts';
import { connect } from './connect.ts';

const python = process.env.PEER_PYTHON;

describe.skipIf(!python)('with ipyparallel (skipped without PEER_PYTHON=a Python that has ipyparallel)', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  const children: ChildProcess[] = [];
  let client: Client;

  function start(module: string, ...args: string[]): ChildProcess {
    const child = spawn(python!, ['-m', module, ...args], { env, stdio: 'ignore' });
    children.push(child);
    return child;
  }
  async function connectSoon(): Promise<Client> {
    const deadline = performance.now() + 20_000;
    for (;;) {
      try {
        return await connect({ env, timeoutMs: 20_000 });
      } catch (error) {
        if ((error as { code?: string }).code !== 'connection_file_missing' || performance.now() > deadline)
          throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }
  beforeAll(async () => {
    // Not before: this function is called for skipped tests too.
    folder = mkdtempSync(join(tmpdir(), 'muster-client-'));
    env = { ...process.env, IPYTHONDIR: folder };
    start('ipyparallel.controller', '--ping=250', '--dictdb');
    client = await connectSoon();
    for (let i = 0; i < 2; i++) start('ipyparallel.engine');
    await client.waitForEngines(2, { timeoutMs: 30_000 });
  }, 60_000);
  afterAll(async () => {
    await client?.close();
    const running = children.filter((child) => child.exitCode === null && child.signalCode === null);
    const gone = running.map((child) => once(child, 'exit'));
    for (const child of running) child.kill('SIGTERM');
    await Promise.all(gone);
    rmSync(folder, { recursive: true, force: true });
  }, 30_000);

  test('code runs on each engine; result, output and errors come back', async () => {
    const result = client.view().execute('import sys; print("out"); print("err", file=sys.stderr); 6 * 7');
    expect(await result).toMatchObject([
      { text: '42', stdout: 'out\n', stderr: 'err\n' },
      { text: '42', stdout: 'out\n', stderr: 'err\n' },
    ]);
    expect(result.tasks.map(({ engineId }) => engineId)).toEqual(client.ids);
    expect(result.serialTimeMs).toBeGreaterThan(0);
    const broken = client.view(0).execute('1/0');
    await expect(broken).rejects.toMatchObject({ ename: 'ZeroDivisionError', engineId: 0 });
    expect(broken.tasks[0]).toMatchObject({ status: 'error' });
    await broken.outputComplete();
    expect(client.load).toEqual({ tasks: 0, trailing: 0, questions: 0 });
  });

  test('output streams while the code runs', async () => {
    const result = client
      .view(1)
      .execute('import time\nfor i in range(3):\n    print(i, flush=True)\n    time.sleep(0.1)');
    let first: boolean | undefined;
    for await (const { output } of result.output()) if (output.kind === 'stdout') first ??= result.ready;
    expect(first).toBe(false);
    expect(result.stdout).toBe('0\n1\n2\n');
  });

  test('code by broadcast', async () => {
    const results = await client.broadcastView().execute('print("all"); 1 + 1');
    expect(results).toMatchObject([
      { text: '2', stdout: 'all\n' },
      { text: '2', stdout: 'all\n' },
    ]);
  });

  test('functions end in a clear error', async () => {
    const error = { code: 'wrong_kernel', message: expect.stringContaining('runs python') };
    await expect(client.view(0).apply(() => 1)).rejects.toMatchObject(error);
    await expect(client.view(0).push({ a: new Float64Array(1000) })).rejects.toMatchObject(error);
    await expect(client.loadBalancedView().apply(() => 1)).rejects.toMatchObject(error);
    await expect(client.broadcastView().apply(() => 1)).rejects.toMatchObject({ errors: [error] });
  });

  test('questions to the hub', async () => {
    const result = client.view(0).execute('5');
    await result;
    expect(await client.history()).toContain(result.msgIds[0]);
    expect(await client.resultStatus(result.msgIds)).toEqual({ pending: [], completed: result.msgIds });
    expect(await client.queueStatus()).toMatchObject({ unassigned: 0, engines: { 0: { queue: 0 }, 1: { queue: 0 } } });
    expect(await client.getResult(result.msgIds)).toMatchObject([{ text: '5' }]);
    const [record] = await client.dbQuery({ msg_id: result.msgIds[0] }, ['engine_uuid', 'submitted']);
    expect(record).toMatchObject({ msg_id: result.msgIds[0], engine_uuid: client.engines[0]!.uuid });
    await expect(client.getResult(['nothing'])).rejects.toMatchObject({ ename: 'KeyError' });
    await client.purge({ msgIds: result.msgIds });
  });

  test('interrupt, abort and clear', async () => {
    const long = client
      .view(0)
      .execute('import time; print("begun", flush=True)\nfor _ in range(200): time.sleep(0.1)');
    const queued = client.view(0).execute('2');
    for await (const { output } of long.output()) if (output.kind === 'stdout') break;
    await queued.abort();
    await client.interrupt({ targets: 0 });
    await expect(long).rejects.toMatchObject({ ename: 'KeyboardInterrupt' });
    await expect(queued).rejects.toMatchObject({ ename: 'TaskAborted' });
    await client.view(0).execute('x = 1');
    await client.clear({ targets: 0 });
    await expect(client.view(0).execute('x')).rejects.toMatchObject({ ename: 'NameError' });
  });

  test('a wrong key gets no answer, and connect says so in time', async () => {
    const { readFileSync } = await import('node:fs');
    const file = join(folder, 'profile_default', 'security', 'ipcontroller-client.json');
    const connection = { ...JSON.parse(readFileSync(file, 'utf8')), key: 'wrong' };
    await expect(connect({ connection, timeoutMs: 300 })).rejects.toMatchObject({ code: 'timeout' });
  });

  test('an engine that is killed fails what it ran', { timeout: 30_000 }, async () => {
    const result = client.view(1).execute('import os, time; time.sleep(0.2); os._exit(1)');
    await expect(result).rejects.toMatchObject({ ename: 'EngineError', engineId: 1 });
    expect(client.ids).toEqual([0]);
  });

  test('shutdown of everything ends the processes', { timeout: 30_000 }, async () => {
    await client.shutdown({ hub: true });
    await Promise.all(children.map((child) => (child.exitCode === null ? once(child, 'exit') : undefined)));
    expect(children[0]!.exitCode).toBe(0);
  });
});
