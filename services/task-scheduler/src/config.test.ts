import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkConfig, defaultConfig, taskSchedulerSettings } from './config.ts';

test('the README has the table of settings', () => {
  // The formatter aligns columns.
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8').replace(/ +\|/g, ' |');
  for (const [key, setting] of Object.entries(taskSchedulerSettings))
    expect(readme).toContain(`| \`${key}\` | ${setting.default} | ${setting.description} |`);
});

test('the defaults are valid', () => expect(() => checkConfig(defaultConfig)).not.toThrow());

test.each([
  [{ schemeName: 'fastest' }, 'leastload, lru, plainrandom, twobin, weighted, pure'],
  [{ hwm: -1 }, 'hwm is -1, expected a whole number from 0 on'],
  [{ hwm: '3' }, 'hwm'],
  [{ graceMs: 0.5 }, 'graceMs'],
  [{ maxMessageBytes: Number.POSITIVE_INFINITY }, 'maxMessageBytes'],
  [{ rememberedTasks: undefined }, 'rememberedTasks'],
  [{ speed: 3 }, 'no setting speed'],
])('%j is refused with a reason', (wrong, reason) => {
  expect(() => checkConfig({ ...defaultConfig, ...(wrong as object) })).toThrow(reason);
});
