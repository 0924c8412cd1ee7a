import { existsSync, readdirSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { processesOf, runProgram, startProgram, temporaryFolder, until } from '@muster/testkit';
import { expect, test } from 'vitest';
import { createMachines } from './machines.ts';
import { untilApart } from './network.ts';

const cards = (): string[] => Object.keys(networkInterfaces());

test('machines know each other, and what one writes is nowhere else', async () => {
  const machines = await createMachines(2);
  expect(cards()).toContain(machines.network.hostCard);
  const [first, second] = machines.list;
  expect(await first!.must('hostname; ssh machine2 hostname')).toBe('machine1\nmachine2\n');
  expect(await second!.must('ps -e -o args= | grep -c .')).toMatch(/^[0-9]\n$/);
  await first!.must('echo mine >/usr/local/muster-lab-file && touch /dev/shm/muster-lab-file ~/file');
  expect(existsSync('/usr/local/muster-lab-file') || existsSync('/dev/shm/muster-lab-file')).toBe(false);
  expect((await second!.run('ls /usr/local/muster-lab-file ~/file')).code).not.toBe(0);
  expect(await first!.must(`ls /tmp ~; ssh-keyscan -t ed25519 ${second!.address} 2>/dev/null`)).toContain(
    second!.knownHost.split(' ')[2]!.trim(),
  );
  await machines.close();
  expect(cards()).not.toContain(machines.network.hostCard);
  expect(existsSync(machines.keyFile)).toBe(false);
});

test('another namespace can be plugged in', async () => {
  await using machines = await createMachines(1);
  await using other = await startProgram(['unshare', '--net', 'sleep', 'infinity']);
  await untilApart(other);
  await machines.network.plug(other.pid, 'lab0', machines.network.nextAddress());
  const [machine] = machines.list;
  const scan = ['ssh-keyscan', '-t', 'ed25519', machine!.address];
  const { stdout } = await runProgram(['nsenter', `--net=/proc/${other.pid}/ns/net`, ...scan]);
  expect(stdout).toContain(machine!.knownHost.split(' ')[2]!.trim());
});

test('a run that is killed leaves no machine, no network card and no folder', async () => {
  await using folder = await temporaryFolder('lab-test');
  const script = `const { createMachines } = await import(${JSON.stringify(import.meta.resolve('./machines.ts'))});
    const machines = await createMachines(1);
    await machines.list[0].must('setsid sleep 1000 >/dev/null 2>&1 &');
    console.log('card=' + machines.network.hostCard + ';');
    await new Promise(() => {});`;
  await using run = await startProgram([process.execPath, '--input-type=module', '-e', script], {
    env: { TMPDIR: folder.path },
  });
  await run.says(/card=\w+;/);
  const card = /card=(\w+);/.exec(run.output)![1]!;
  expect(cards()).toContain(card);
  expect(readdirSync(folder.path)).toHaveLength(1);
  process.kill(run.pid, 'SIGKILL');
  await until(async () => (await processesOf(run.tag)).length === 0, { what: 'no process is left' });
  await until(() => !cards().includes(card) && readdirSync(folder.path).length === 0, {
    what: () => `no card and no folder; there are ${[...cards(), ...readdirSync(folder.path)]}`,
  });
});
