// The command lines that need one machine and no configuration.
import { join } from 'node:path';
import { connect } from '@muster/client';
import { clusterFilesOf } from '@muster/testkit';
import { expect } from 'vitest';
import { compute, computeFromPython } from './compute.ts';
import { end, endAll, newDesk } from './desk.ts';
import { clientFile, engineFile, filesIn, listeningAddresses } from './files.ts';
import { meets } from './meets.ts';

const profile = '~/.ipython/profile_default';

meets([1, 'files', 'loopback'], async () => {
  await using desk = await newDesk();
  await using cluster = await desk.start('ipcluster start -n 4');
  await cluster.says('Cluster is ready', 60_000);
  const answers = await compute(desk, { n: 4 });
  expect(answers.map(({ product }) => product)).toEqual([42, 42, 42, 42]);
  expect(new Set(answers.map(({ pid }) => pid)).size).toBe(4);
  expect(await computeFromPython(desk, { n: 4 })).toEqual(answers);
  expect(await listeningAddresses(cluster)).toEqual(['127.0.0.1']);
  expect(await filesIn(desk, `${profile}/security`)).toEqual(
    expect.arrayContaining(['ipcontroller-client.json', 'ipcontroller-engine.json']),
  );
  expect((await desk.must(`stat -c %a ${profile}/security/ipcontroller-*.json`)).trim().split('\n')).toEqual([
    '600',
    '600',
  ]);
  expect(await filesIn(desk, `${profile}/pid`)).toContain('ipcontroller.pid');
  const logs = (await filesIn(desk, `${profile}/log`)).filter((name) => name.endsWith('.log'));
  expect(logs.filter((name) => name.startsWith('ipcontroller'))).not.toEqual([]);
  expect(logs.filter((name) => name.startsWith('ipengine')).length).toBeGreaterThanOrEqual(4);
  await end(cluster);
  expect(await clusterFilesOf(join(desk.home, '.ipython/profile_default'))).toEqual([]);
});

meets(2, async () => {
  await using desk = await newDesk();
  const help = await desk.must('ipcluster -h');
  for (const command of ['start', 'stop', 'engines', 'list', 'clean']) expect(help).toMatch(RegExp(`\\b${command}\\b`));
  const start = await desk.must('ipcluster start -h');
  for (const option of ['-n', '--profile', '--engines', '--controller', '--daemonize', '--cluster-id'])
    expect(start).toContain(option);
  expect((await desk.must('ipcluster start --help-all')).length).toBeGreaterThan(start.length);
});

meets([10, 11, 'connection file'], async () => {
  await using desk = await newDesk();
  await using controller = await desk.start('ipcontroller');
  await using first = await desk.start('ipengine');
  await using second = await desk.start('ipengine');
  const file = await engineFile(desk);
  await compute(desk, { n: 2 });
  await desk.must(`mkdir my && mv ${profile}/security/ipcontroller-engine.json my/`);
  await using third = await desk.start(`ipengine --file=${desk.home}/my/ipcontroller-engine.json`);
  const answers = await compute(desk, { n: 3 });
  expect(answers.map(({ product }) => product)).toEqual([42, 42, 42]);
  expect(file).toMatchObject({ url: `${file.interface}:${file.registration}`, exec_key: file.key });
  expect(file.key).toMatch(/\S{16,}/);
  expect(await clientFile(desk)).toMatchObject({ exec_key: file.key });
  await endAll([first, second, third], [controller]);
});

meets(17, async () => {
  await using desk = await newDesk();
  await using before = await desk.start('ipcontroller --reuse');
  const file = await engineFile(desk);
  await end(before);
  await using engine = await desk.start('ipengine');
  await using controller = await desk.start('ipcontroller --reuse');
  expect(await compute(desk, { n: 1 })).toMatchObject([{ product: 42 }]);
  expect(await engineFile(desk)).toEqual(file);
  await endAll([engine], [controller]);
});

meets([18, 'HubFactory.db_class: NoDB'], async () => {
  await using desk = await newDesk();
  for (const line of ['ipcontroller --nodb', 'ipcontroller -nodb', "ipcontroller --HubFactory.db_class='NoDB'"]) {
    await using controller = await desk.start(line);
    await using engine = await desk.start('ipengine');
    expect(await compute(desk, { n: 1 })).toMatchObject([{ product: 42 }]);
    await using client = await connect({ env: desk.env });
    await expect(client.history()).rejects.toMatchObject({ ename: 'NoData' });
    await endAll([engine], [controller]);
  }
});

meets(19, async () => {
  await using desk = await newDesk();
  await desk.must('mkdir -p ~/.ipython/profile_other');
  await using one = await desk.start('ipcontroller');
  await using other = await desk.start('ipcontroller --profile=other');
  await using engine = await desk.start('ipengine');
  await using otherEngine = await desk.start('ipengine --profile=other');
  const [[first], [second]] = await Promise.all([
    compute(desk, { n: 1 }),
    compute(desk, { n: 1, cluster: { profile: 'other' } }),
  ]);
  expect([first!.product, second!.product]).toEqual([42, 42]);
  expect(first!.pid).not.toBe(second!.pid);
  const ports = (file: object): number[] => Object.values(file).filter((value) => Number.isInteger(value));
  const files = [await engineFile(desk), await engineFile(desk, '~/.ipython/profile_other')].map(ports);
  const all = files.flat();
  expect(files.map((list) => list.length)).toEqual([files[0]!.length, files[0]!.length]);
  expect(new Set(all).size).toBe(all.length);
  expect(Math.min(...all)).toBeGreaterThan(1024);
  await endAll([engine, otherEngine], [one, other]);
});
