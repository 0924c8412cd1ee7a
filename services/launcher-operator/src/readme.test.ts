// The table of settings in README.md is that of the program.
import { readFileSync } from 'node:fs';
import type { Setting } from '@muster/config';
import { expect, test } from 'vitest';
import { launcherOperatorSettings } from './config.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const shared = /^(Cluster|NATS|Watching|Stopping|Files|Logging|Encryption|Profile)$/;

test('settings', () => {
  const settings: readonly Setting[] = Object.values(launcherOperatorSettings);
  const rows = settings
    .filter(({ group = '', name }) => !shared.test(group) && name !== 'transport')
    .map((setting) => {
      const unit = setting.unit === undefined ? '' : ` ${setting.unit}`;
      const given = setting.default === '' ? '' : `\`${setting.default}\`${unit}`;
      return `|\`--${setting.flags?.[0]}\`|\`${setting.env}\`|${given}|${setting.description}|`;
    });
  const lines = readme.split('\n').map((line) => line.replace(/ *\| */g, '|'));
  const start = lines.indexOf('|option|environment|default|meaning|') + 2;
  expect(start).toBeGreaterThan(1);
  expect(lines.slice(start, lines.indexOf('', start))).toEqual(rows);
});
