import { expect, test } from 'vitest';
import { compareAccounts } from './compare.ts';
import { shapeOfValue } from './shape.ts';

const account = (messages: Record<string, Record<string, string>>) =>
  new Map(Object.entries(messages).map(([name, shape]) => [name, new Map(Object.entries(shape))]));

test('equal accounts have no differences, and each message counts', () => {
  const told = account({ reply: { message: 'a_reply', ids: 'none' }, later: { message: 'silence' } });
  expect(compareAccounts('s', told, told)).toEqual({ count: 2, differences: [] });
});

test('each place that differs, or that only one has, is a difference', () => {
  const theirs = account({ reply: { message: 'a_reply', ids: 'none', 'content.x': '1' } });
  const ours = account({ reply: { message: 'a_reply', ids: 'client', 'content.y': '2' } });
  const { differences } = compareAccounts('s', theirs, ours);
  expect(differences.map(({ at, theirs: one, ours: other }) => [at, one, other])).toEqual([
    ['ids', 'none', 'client'],
    ['content.x', '1', 'nothing'],
    ['content.y', 'nothing', '2'],
  ]);
});

test('of messages of different kinds only the kind is told', () => {
  const theirs = account({ reply: { message: 'silence' } });
  const ours = account({ reply: { message: 'a_reply', ids: 'client' } });
  expect(compareAccounts('s', theirs, ours).differences).toEqual([
    { scenario: 's', message: 'reply', at: 'message', theirs: 'silence', ours: 'a_reply' },
  ]);
});

test('a message that only one heard', () => {
  const { count, differences } = compareAccounts('s', account({}), account({ more: { message: 'a_reply', ids: '' } }));
  expect(count).toBe(1);
  expect(differences).toEqual([{ scenario: 's', message: 'more', at: 'message', theirs: 'nothing', ours: 'a_reply' }]);
});

test('what a controller makes up is compared by its kind', () => {
  const value = {
    date: '2026-11-23T11:22:33.123456Z',
    given: '2031-01-01T00:00:00.000001Z',
    id: '34e3a366-edd422136c7c5aa5ba996231_11351_209',
    '34e3a366-edd422136c7c5aa5ba996231': 1,
    evalue: 'anything',
    traceback: ['x'],
    mux: 21_000,
    list: ['fence 1', 'schedulable one 2'],
    none: {},
  };
  expect(Object.fromEntries(shapeOfValue(value))).toEqual({
    'value.date': 'date',
    'value.given': '2031-01-01T00:00:00.000001Z',
    'value.id': 'made-up id',
    'value.(made-up id)': '1',
    'value.evalue': 'text',
    'value.traceback': 'list of text',
    'value.mux': 'port',
    'value.list': '[]',
    'value.none': '{}',
  });
});
