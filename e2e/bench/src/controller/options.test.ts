import { expect, test } from 'vitest';
import type { Values } from '../command-line.ts';
import type { optionTable } from './options.ts';
import { optionsOf } from './options.ts';

const given: Values<typeof optionTable> = {
  peers: false,
  full: false,
  'cells-only': true,
  rounds: '5',
  scale: '0.5',
  stores: 'memory,none',
  engines: '1,64',
  modes: 'coalesced',
  transport: 'zeromq,zmtp',
  'load-transport': undefined,
  json: undefined,
  markdown: 'out.md',
  profile: undefined,
};

test('options are read', () => {
  expect(optionsOf(given)).toEqual({
    peers: false,
    full: false,
    cellsOnly: true,
    rounds: 5,
    scale: 0.5,
    stores: ['memory', 'none'],
    engines: [1, 64],
    modes: ['coalesced'],
    transports: ['zeromq', 'zmtp'],
    loadTransport: undefined,
    json: undefined,
    markdown: 'out.md',
    profile: undefined,
  });
});

test.for([
  [{ rounds: '0' }, /--rounds needs whole numbers above 0, not '0'/],
  [{ rounds: 'two' }, /--rounds/],
  [{ scale: '-1' }, /--scale needs a number above 0/],
  [{ engines: '4,,64' }, /--engines/],
  [{ stores: 'mongo' }, /--stores knows memory, sqlite, none, not 'mongo'/],
  [{ modes: 'relay' }, /--modes/],
  [{ transport: 'tcp' }, /--transport knows zmtp, zeromq/],
] as const)('wrong ones are told: %j', ([wrong, said]) => {
  expect(() => optionsOf({ ...given, ...wrong })).toThrow(said);
});
