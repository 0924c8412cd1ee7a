// The command lines that speak of several hosts.
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { compute, computeFromPython } from './compute.ts';
import { endAll } from './desk.ts';
import { clientFile, engineFile } from './files.ts';
import type { Hosts } from './hosts.ts';
import { createHosts, hostsOf, security } from './hosts.ts';
import { meets } from './meets.ts';

let hosts: Hosts;
beforeAll(async () => {
  hosts = await createHosts();
});
afterAll(() => hosts?.[Symbol.asyncDispose]());
afterEach(() => hosts.endTest());

meets([5, 15], async () => {
  const [desk1, desk2, desk3] = hosts.desks;
  await using controller = await desk1.start('ipcontroller --ip=*');
  const guessed = await engineFile(desk1);
  expect(guessed.interface).toMatch(/^tcp:..(\*|0\.0\.0\.0)$/);
  await desk2.must(`scp node1:${security}/ipcontroller-engine.json ./`);
  await using engine = await desk2.start('ipengine --file=./ipcontroller-engine.json');
  expect(await hostsOf(desk1, { n: 1 })).toEqual(['node2']);
  await endAll([engine], [controller]);

  const { address } = hosts.machines[0];
  await using second = await desk1.start(`ipcontroller --ip=* --location=${address}`);
  await using here = await desk1.start('ipengine');
  await hostsOf(desk1, { n: 1 });
  expect(await engineFile(desk1)).toMatchObject({ location: address });
  await desk3.must(`scp node1:${security}/ipcontroller-client.json node1:${security}/ipcontroller-engine.json ./`);
  await using there = await desk3.start('ipengine --file=./ipcontroller-engine.json');
  const cluster = { file: './ipcontroller-client.json' };
  const answers = await compute(desk3, { n: 2, cluster });
  expect(answers.map(({ host, product }) => [host, product])).toEqual([
    ['node1', 42],
    ['node3', 42],
  ]);
  expect(await computeFromPython(desk3, { n: 2, cluster })).toEqual(answers);
  await endAll([here, there], [second]);
});

meets([6, 16], async () => {
  const [desk1, desk2] = hosts.desks;
  const { address } = hosts.machines[0];
  await using controller = await desk1.start(`ipcontroller --ip=${address}`);
  expect(await engineFile(desk1)).toMatchObject({ interface: `tcp://${address}` });
  expect(await clientFile(desk1)).toMatchObject({ interface: `tcp://${address}` });
  const listening = (await desk1.must('ss -H -t -l -n -p')).split('\n').filter((line) => /node|Main/.test(line));
  expect(listening.length).toBeGreaterThan(5);
  for (const line of listening) expect(line).toContain(`${address}:`);
  await desk2.must('mkdir -p ~/.ipython/profile_ssh/security');
  await desk2.must(`scp node1:${security}/ipcontroller-engine.json ~/.ipython/profile_ssh/security/`);
  await using engine = await desk2.start('ipengine --profile=ssh');
  expect(await hostsOf(desk1, { n: 1 })).toEqual(['node2']);
  await endAll([engine], [controller]);
});
