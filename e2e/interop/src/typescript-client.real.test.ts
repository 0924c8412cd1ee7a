// Our client with stock Python engines: code in Python, errors, output, and what needs a Node engine says so.
import { join } from 'node:path';
import { connect, RemoteError } from '@muster/client';
import { expect, test } from 'vitest';
import type { TestCluster } from './cluster.ts';
import { startCluster } from './cluster.ts';

const clientOf = (cluster: TestCluster) =>
  connect({ file: join(cluster.security, 'ipcontroller-client.json'), timeoutMs: 20_000 });

test('execute on Python engines: value, output, state, error', async () => {
  await using cluster = await startCluster();
  await cluster.startPythonEngine();
  await cluster.startPythonEngine();
  await using client = await clientOf(cluster);
  expect(await client.waitForEngines(2)).toEqual([0, 1]);
  const all = client.view('all');
  expect((await all.execute('import sys; print("to", sys.platform); 7 // 2')).map(({ text }) => text)).toEqual([
    '3',
    '3',
  ]);
  const [first] = await all.execute('import sys; x = 20; print("hello"); print("trouble", file=sys.stderr)');
  expect(first).toMatchObject({ stdout: 'hello\n', stderr: 'trouble\n', text: undefined });
  expect((await client.view(1).execute('x + 22')).text).toBe('42');
  const failing = client.view(0).execute('{}["no such key"]');
  await expect(failing).rejects.toBeInstanceOf(RemoteError);
  await expect(failing).rejects.toMatchObject({ ename: 'KeyError' });
  await expect(failing).rejects.toThrow(/no such key/);
});

test('what needs a Node engine is refused with its reason before it is sent', async () => {
  await using cluster = await startCluster();
  await cluster.startPythonEngine();
  await using client = await clientOf(cluster);
  await client.waitForEngines(1);
  expect(() => client.view(0).apply(() => 1)).toThrow(expect.objectContaining({ code: 'wrong_kernel' }));
});

test('both kinds of engines at once', async () => {
  await using cluster = await startCluster();
  await cluster.startPythonEngine();
  await cluster.registered(1);
  await cluster.startNodeEngine();
  await using client = await clientOf(cluster);
  await client.waitForEngines(2);
  const [python, node] = await client.view('all').execute('7 // 2');
  expect([python?.text, node?.text]).toEqual(['3', '7']);
  expect(await client.view(1).apply((a: number, b: number) => a * b, 6, 7)).toBe(42);
  const squares = await client.loadBalancedView().map((x: number) => x * x, [1, 2, 3, 4, 5]);
  expect(squares).toEqual([1, 4, 9, 16, 25]);
});
