// Every bench of controllers, as small as it goes: with real controllers, and nothing is left behind.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram, temporaryFolder } from '@muster/testkit';
import { expect, test } from 'vitest';

const bench = (name: string): string[] => [process.execPath, join(import.meta.dirname, `benches/${name}.ts`)];

async function run(name: string, options: readonly string[]): Promise<Record<string, unknown[]>> {
  await using folder = await temporaryFolder('bench-test');
  const json = join(folder.path, 'out.json');
  const ran = await runProgram([...bench(name), ...options, `--json=${json}`], {
    env: { TMPDIR: folder.path },
    timeoutMs: 90_000,
  });
  expect(ran.output).not.toMatch(/Error/);
  expect(ran.code).toBe(0);
  expect(ran.leftBehind).toEqual([]);
  expect(readdirSync(folder.path)).toEqual(['out.json']);
  return JSON.parse(readFileSync(json, 'utf8')) as Record<string, unknown[]>;
}

test('controller: all modes and stores', async () => {
  const options = ['--rounds=1', '--scale=0.01', '--engines=2', '--cells-only'];
  const { cells } = await run('controller', options);
  expect(cells).toHaveLength(8 + 2 + 2);
  for (const one of cells!) expect(one).toMatchObject({ contender: 'Muster', round: 1 });
});

test('data: push, pull and broadcast', async () => {
  const { transfers } = await run('data', ['--rounds=1', '--sizes=1000000', '--no-peers']);
  expect(transfers).toHaveLength(3 + 2);
});

test('startup: engines stay registered', async () => {
  const { startups } = await run('startup', ['--rounds=1', '--engines=20', '--seconds=1']);
  expect(startups).toMatchObject([{ engines: 20, lost: 0 }]);
});

test('growth: queues are filled and emptied', async () => {
  const { costs } = await run('growth', ['--engines=20', '--queued=500']);
  expect(costs).toMatchObject([
    { engines: 64, queued: 1000 },
    { engines: 20, queued: 500 },
  ]);
});

test('soak: works and rests, and every task is answered', async () => {
  const { samples } = await run('soak', ['--engines=4', '--minutes=0.05']);
  expect(samples).toHaveLength(10);
  for (const sample of samples!) expect(sample).toMatchObject({ tasks: expect.any(Number), cpuUs: expect.any(Number) });
});

test.for(['controller', 'data', 'startup', 'relay', 'latency', 'growth', 'soak'])(
  '%s tells of itself, and of wrong options',
  async (name) => {
    const help = await runProgram([...bench(name), '--help']);
    expect([help.code, help.stdout]).toEqual([0, expect.stringContaining(`npm run bench -- ${name}`)]);
    const wrong = await runProgram([...bench(name), '--json', 'x.json', '--wrong']);
    expect([wrong.code, wrong.output]).toEqual([2, expect.stringContaining(`npm run bench -- ${name} --help`)]);
  },
);
