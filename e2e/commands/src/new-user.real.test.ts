// As a new user: the README's lines from making a profile to a running cluster and its end, just as they stand there.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runTag } from '@muster/testkit';
import { expect, test } from 'vitest';
import { computeFromPython } from './compute.ts';
import { newDesk, untilGone } from './desk.ts';
import { checkout } from './parts.ts';

const readme = readFileSync(join(checkout, 'README.md'), 'utf8');
const lines = (readme.split('```').find((block) => block.includes('muster profile create')) ?? '').trim().split('\n');

test('the README, from a profile to a running cluster', async () => {
  expect(lines.length).toBeGreaterThanOrEqual(5);
  await using desk = await newDesk();
  let said = '';
  for (const line of lines) {
    const run = await desk.run(line);
    expect(run.code, `${line}\n${run.output}`).toBe(0);
    said += run.output;
    if (!line.startsWith('ipcluster start')) continue;
    expect(run.output).toMatch(/Cluster is ready: 2 engines/);
    const answers = await computeFromPython(desk, { n: 2, cluster: { profile: 'lab' } });
    expect(answers.map(({ product }) => product)).toEqual([42, 42]);
  }
  expect(said).toMatch(/2 engines/);
  await untilGone({ tag: runTag });
});
