// Settings that Python takes without a word and then fails by (§7.5, §12.10).

import { temporaryFolder } from '@muster/testkit';
import type { Whose } from '@muster/wire';
import { contentOf, createFakeClient, createWire, startController, startStage } from '@muster/wire';
import { expect, test } from 'vitest';
import { said, submit } from './stories.ts';

test('a scheme that does not exist: theirs starts without a scheduler, ours says which there are', async () => {
  const args = ['--ping=100', '--scheme=nonsense'];
  await using stage = await startStage('theirs', { args });
  expect(said(await stage.client.reply('task', submit(stage, {}), 2000))).toBe('silence');
  await expect(startController('ours', { args })).rejects.toThrow(/'nonsense'.*leastload.*twobin/s);
});

/** Who is there, some beats after a start with --restore, of engines that ended while no controller ran. */
async function listedAfterRestore(whose: Whose): Promise<readonly unknown[]> {
  await using folder = await temporaryFolder('restore');
  const options = { args: ['--ping=100', '--restore'], profileDir: folder.path };
  {
    await using stage = await startStage(whose, options);
    await stage.enter({ uuid: 'ghost' });
    await stage.controller.program.stop({ signal: 'SIGTERM' });
  }
  await using controller = await startController(whose, options);
  const wire = createWire(controller);
  const pings = wire.connect({ name: 'pings', kind: 'sub', side: 'engine', channels: ['hb_ping'] });
  // Ten may be missed.
  for (let beat = 0; beat < 15; beat++) await pings.next();
  const reply = await createFakeClient(wire).ask('registration', 'connection_request');
  await wire.close();
  return Object.values(contentOf(reply).engines ?? {});
}

test.each([
  ['theirs', true],
  ['ours', false],
] as const)('an engine that ended while the controller was away: %s', async (whose, listed) => {
  expect((await listedAfterRestore(whose)).includes('ghost')).toBe(listed);
});
