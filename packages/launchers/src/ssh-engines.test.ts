import { expect, test } from 'vitest';
import type { EngineHandle } from './engine-launcher.ts';
import { createSites } from './sites/sites.ts';
import { createSshEngineLauncher } from './ssh-engines.ts';

const hosts = [{ host: 'a', slots: 2 }, { host: 'b', user: 'lab', slots: 4 }, { host: 'c' }];
const launcher = createSshEngineLauncher(createSites());

test('hosts are filled evenly by their slots, and not beyond', () => {
  const handles: EngineHandle[] = [{ launcher: 'local', id: 'other', n: 1 }];
  const order: string[] = [];
  for (let i = 0; i < 7; i++) {
    const handle = launcher.plan({ id: `e-${i}`, n: 1, spec: { hosts } }, handles);
    handles.push(handle);
    order.push(handle.site.host);
  }
  expect(order.join('')).toBe('abcbabb');
  const plan = () => launcher.plan({ id: 'e-7', n: 1, spec: { hosts } }, handles);
  expect(plan).toThrow('All 7 slots of the 3 hosts are taken.');
  const freed = handles.filter(({ id }) => id !== 'e-2');
  expect(launcher.plan({ id: 'e-7', n: 1, spec: { hosts } }, freed).site.host).toBe('c');
});

test('what a site cannot do is told by status, not thrown; Secrets need somebody who reads them', async () => {
  const handle = launcher.plan({ id: 'x', n: 1, spec: { hosts, keySecret: 'keys' } }, []);
  const status = (await launcher.status([handle])).get('x');
  expect(status?.engines).toEqual([{ state: 'unknown', reason: '' }]);
  expect(status?.reason).toContain("There are no Secrets here, such as 'keys'.");
  await expect(launcher.remove(handle)).rejects.toMatchObject({ code: 'bad_option' });
});
