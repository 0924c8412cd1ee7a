// The table of the stores' settings in README.md is that of the program.
import { readFileSync } from 'node:fs';
import type { Setting } from '@muster/config';
import { expect, test } from 'vitest';
import { controllerSettings } from './settings.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const squeezed = (line: string): string => line.replace(/ *\| */g, '|');

function row(setting: Setting): string {
  const unit = 'unit' in setting && setting.unit !== undefined ? ` ${setting.unit}` : '';
  const shown = typeof setting.default === 'object' ? JSON.stringify(setting.default) : setting.default;
  const value = shown === '' ? '' : `${shown}${unit}`;
  const others = [...(setting.otherNames ?? []).map((name) => `--${name}`), ...(setting.env ? [setting.env] : [])];
  const names = [`--${setting.name}`, ...others].map((name) => `\`${name}\``).join(' ');
  return squeezed(`| ${names} | ${value} | ${setting.description} |`);
}

test('settings of task records', () => {
  const lines = readme.split('\n').map(squeezed);
  const start = lines.indexOf(squeezed('| setting | default | meaning |')) + 2;
  expect(start).toBeGreaterThan(1);
  const rows = Object.values<Setting>(controllerSettings)
    .filter(({ group }) => group === 'Task records')
    .map(row);
  expect(lines.slice(start, lines.indexOf('', start))).toEqual(rows);
});
