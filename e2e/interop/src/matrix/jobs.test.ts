import { expect, test } from 'vitest';
import { jobName, modulesOf, planJobs } from './jobs.ts';
import { groupModules, moduleNames, needsMongo, secondsOf } from './modules.ts';
import { settings } from './settings.ts';

const plain = settings[0]!;

test('every module is in one group; what needs MongoDB is with its like, long ones are alone', () => {
  const groups = groupModules(moduleNames);
  expect(groups.flat().toSorted()).toEqual(moduleNames.toSorted());
  expect(groups).toContainEqual(['test_client']);
  expect(groups.filter(needsMongo).map((group) => group.every((name) => needsMongo([name])))).toEqual([true]);
  expect(groupModules(['test_util', 'test_db'])).toEqual([['test_db', 'test_util']]);
});

test('the longest jobs are first, and both sides of one stand together', () => {
  const jobs = planJobs([{ setting: plain, modules: moduleNames, sides: ['python', 'ours'] }]);
  const seconds = jobs.map(({ modules }) => secondsOf(modules));
  expect(seconds).toEqual(seconds.toSorted((a, b) => b - a));
  expect(jobs.map(({ side }) => side).join(' ')).toMatch(/^(python ours ?)+$/);
  for (let i = 0; i < jobs.length; i += 2) expect(jobs[i]!.modules).toBe(jobs[i + 1]!.modules);
});

test('modules are those that are asked for, else those of the setting, else all', () => {
  expect(modulesOf(plain, ['test_util'])).toEqual(['test_util']);
  expect(modulesOf(plain, [])).toEqual(moduleNames);
  expect(modulesOf(settings[1]!, [])).toEqual(settings[1]!.modules);
});

test('a job is named by what is in it', () => {
  expect(jobName({ setting: plain, side: 'ours', modules: ['test_client'] })).toBe('plain, ours: test_client');
  expect(jobName({ setting: plain, side: 'ours', modules: moduleNames })).toMatch(/ and \d+ more$/);
});
