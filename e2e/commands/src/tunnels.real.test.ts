// A controller that listens on loopback only, and engines and clients on other hosts, by ssh.

import type { TemporaryFolder } from '@muster/testkit';
import { temporaryFolder } from '@muster/testkit';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Desk } from './desk.ts';
import { deskOn, end, endAll } from './desk.ts';
import { clientFile, engineFile } from './files.ts';
import type { Hosts } from './hosts.ts';
import { createHosts, hostsOf, security } from './hosts.ts';
import { meets } from './meets.ts';

let hosts: Hosts;
/** What all three see. */
let shared: TemporaryFolder;
beforeAll(async () => {
  shared = await temporaryFolder('tunnels');
  hosts = await createHosts([shared.path]);
});
afterAll(async () => {
  await hosts?.[Symbol.asyncDispose]();
  await shared?.remove();
});
afterEach(() => hosts.endTest());

meets(12, async () => {
  const [desk1, desk2, desk3] = hosts.desks;
  await using controller = await desk1.start('ipcontroller --engine-ssh=root@node1');
  expect(await engineFile(desk1)).toMatchObject({ ssh: 'root@node1', interface: 'tcp://127.0.0.1' });
  for (const desk of [desk2, desk3]) await desk.must(`scp node1:${security}/ipcontroller-engine.json ./`);
  await using second = await desk2.start('ipengine --file=./ipcontroller-engine.json');
  await using third = await desk3.start('ipengine --file=./ipcontroller-engine.json');
  expect(await hostsOf(desk1, { n: 2 })).toEqual(['node2', 'node3']);
  await endAll([second, third], [controller]);
});

meets(13, async () => {
  const [desk1, desk2] = hosts.desks;
  await using controller = await desk1.start('ipcontroller');
  expect(await engineFile(desk1)).toMatchObject({ ssh: '' });
  await desk2.must('mkdir -p ~/.ipython/profile_foo/security');
  await desk2.must(`scp node1:${security}/ipcontroller-engine.json ~/.ipython/profile_foo/security/`);
  await using engine = await desk2.start('ipengine --profile=foo --ssh=node1');
  expect(await hostsOf(desk1, { n: 1 })).toEqual(['node2']);
  await endAll([engine], [controller]);
});

meets(14, async () => {
  const [desk1, desk2, desk3] = hosts.machines.map((machine) => deskOn(machine, { IPYTHONDIR: shared.path })) as [
    Desk,
    Desk,
    Desk,
  ];
  await using controller = await desk1.start('ipcontroller --engine-ssh=node1');
  expect(await engineFile(desk1, '$IPYTHONDIR/profile_default')).toMatchObject({
    ...{ ssh: 'node1', interface: 'tcp://127.0.0.1' },
  });
  await using engine = await desk2.start('ipengine');
  await using engines = await desk3.start('ipcluster engines --n=4');
  expect(await hostsOf(desk1, { n: 5 })).toEqual(['node2', 'node3', 'node3', 'node3', 'node3']);
  await end(engines, 'SIGTERM');
  await endAll([engine], [controller]);
});

meets('HubFactory.ssh_server', async () => {
  const [desk1, desk2, desk3] = hosts.desks;
  await desk1.write('~/.ipython/profile_default/ipcontroller_config.ts', "c.HubFactory.ssh_server = 'root@node1';");
  await using controller = await desk1.start('ipcontroller');
  expect(await clientFile(desk1)).toMatchObject({ ssh: 'root@node1' });
  await using engine = await desk1.start('ipengine');
  await desk3.must(`scp node1:${security}/ipcontroller-client.json ./`);
  expect(await hostsOf(desk3, { n: 1, cluster: { file: './ipcontroller-client.json' } })).toEqual(['node1']);
  // A client may say it, too.
  await desk2.must(
    `ssh node1 cat ${security}/ipcontroller-client.json | sed 's/"ssh": *"[^"]*"/"ssh": ""/' >bare.json && chmod 600 bare.json`,
  );
  expect(JSON.parse(await desk2.read('bare.json')).ssh).toBe('');
  expect(await hostsOf(desk2, { n: 1, cluster: { file: './bare.json', ssh: 'node1' } })).toEqual(['node1']);
  await endAll([engine], [controller]);
});
