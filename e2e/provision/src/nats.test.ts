import { writeFile } from 'node:fs/promises';
import { temporaryFolder } from '@muster/testkit';
import { expect, test } from 'vitest';
import { nats, natsServerIn } from './nats.ts';

test.each([
  ['nats-server: v2.15.0', undefined],
  ['nats-server: v2.9.10-beta', undefined],
  ['nats-server: v3.0.0', undefined],
  ['nats-server: v2.8.4', 'it has version 2.8, and 2.9 is needed'],
  ['gnatsd: v1.4', expect.stringContaining('does not tell its version')],
])('a program that says %j', async (words, fault) => {
  await using folder = await temporaryFolder('provision');
  await writeFile(natsServerIn(folder.path), `#!/bin/sh\necho '${words}'\n`, { mode: 0o755 });
  expect(await nats.fault(folder.path)).toEqual(fault);
});

test('a folder without a program', async () => {
  await using folder = await temporaryFolder('provision');
  expect(await nats.fault(folder.path)).toContain('ENOENT');
});
