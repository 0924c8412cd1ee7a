// The table of settings in README.md is that of the program.
import { readFileSync } from 'node:fs';
import type { Setting } from '@muster/config';
import { expect, test } from 'vitest';
import { serviceCommands } from './services.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** Rows below a header, without the spaces that align them. */
function rowsBelow(header: string): string[] {
  const lines = readme.split('\n').map((line) => line.replace(/ *\| */g, '|'));
  const start = lines.indexOf(header.replace(/ *\| */g, '|')) + 2;
  expect(start).toBeGreaterThan(1);
  return lines.slice(start, lines.indexOf('', start));
}

/** Settings by name, with the services that have them; those of the launcher-operator alone are told of in its README. */
function settingsOf(): Map<string, { setting: Setting; services: string[] }> {
  const all = new Map<string, { setting: Setting; services: string[] }>();
  for (const [service, { table }] of Object.entries(serviceCommands))
    for (const setting of Object.values<Setting>(table)) {
      const entry = all.get(setting.name) ?? { setting, services: [] };
      entry.services.push(service);
      all.set(setting.name, entry);
    }
  for (const [name, { services }] of all) if (services.join() === 'launcher-operator') all.delete(name);
  return all;
}

function row({ setting, services }: { setting: Setting; services: string[] }): string {
  const isSecret = setting.type === 'text' && setting.secret === true;
  const names = [isSecret ? '' : `\`--${setting.name}\``, `\`${setting.env}\``].filter((name) => name !== '').join(' ');
  const unit = 'unit' in setting && setting.unit !== undefined ? ` ${setting.unit}` : '';
  const value = setting.default === '' ? '' : `${setting.default}${unit}`;
  const of = services.length === Object.keys(serviceCommands).length ? 'all' : services.join(', ');
  return `|${[names, of, value, setting.description].join('|')}|`;
}

test('settings', () => {
  const rows = [...settingsOf().values()].map(row);
  expect(rowsBelow('| setting | of | default | meaning |')).toEqual(rows);
});
