// Our engine under a stock Python controller, driven by a stock Python client.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { missingPart, startProgram, temporaryFolder, until } from '@muster/testkit';
import { expect, test } from 'vitest';

const python = process.env.PEER_PYTHON ?? '';
const skip = python !== '' && existsSync(python) ? '' : missingPart('PEER_PYTHON', 'npm run e2e -- provision');

interface Finding {
  readonly what: string;
  readonly [key: string]: unknown;
}

test.skipIf(skip !== '')(`a Python controller and client with a Node engine ${skip}`, { timeout: 90_000 }, async () => {
  await using folder = await temporaryFolder('peer');
  const env = { IPYTHONDIR: folder.path, NODE_OPTIONS: undefined };
  const start = (argv: readonly string[]) => startProgram(argv, { env, cwd: folder.path });
  await using controller = await start([python, '-m', 'ipyparallel.controller', '--ping=200']);
  const engineFile = join(folder.path, 'profile_default/security/ipcontroller-engine.json');
  await until(() => existsSync(engineFile), { what: () => controller.output, timeoutMs: 30_000 });

  const engine = () => start([process.execPath, join(import.meta.dirname, 'main.ts'), '--timeout=20']);
  await using first = await engine();
  await using client = await start([python, '-u', join(import.meta.dirname, '../fixtures/drive.py')]);
  const findings = (): Finding[] =>
    client.stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Finding);
  await until(() => findings().some(({ what }) => what === 'crash') || client.exit !== undefined, {
    what: () => client.output,
    timeoutMs: 60_000,
  });
  expect(
    findings().map(({ what }) => what),
    client.output,
  ).toContain('crash');
  expect((await first.exited).code).toBe(1);
  await using second = await engine();
  await until(() => client.exit !== undefined, { what: () => client.output, timeoutMs: 30_000 });
  expect((await second.exited).code).toBe(0);

  const interrupted = { what: 'interrupt', error: ['KeyboardInterrupt', expect.any(String)] };
  expect(findings()).toEqual([
    {
      what: 'execute',
      stdout: ['hi\n'],
      stderr: ['err\n'],
      result: { 'text/plain': '42' },
      input: "console.log('hi'); console.error('err'); 40 + 2",
    },
    {
      what: 'state',
      result: { 'text/plain': '7' },
      outputs: [{ 'text/plain': '{ kept: 7 }', 'application/json': { kept: 7 } }],
    },
    { what: 'error', error: ['TypeError', 'bad'] },
    { what: 'python function', error: ['NotImplementedError', expect.stringContaining('start Python engines')] },
    { what: 'abort', status: ['aborted'], busy: null },
    interrupted,
    interrupted,
    interrupted,
    { what: 'broadcast', stdout: ['everyone\n'] },
    { what: 'crash', error: ['EngineError', expect.stringContaining('died')], seconds: expect.any(Number) },
    { what: 'shutdown', ids: [] },
  ]);
  expect(findings().find(({ what }) => what === 'crash')?.seconds).toBeLessThan(2);
});
