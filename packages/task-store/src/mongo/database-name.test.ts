import { expect, test } from 'vitest';
import { checkDatabaseName } from './database-name.ts';

test.each(['ipython-tasks', '_ab_cd', '0191d9c4-2f5e-7000-8000-1234567890ab', 'été', 'x'.repeat(63)])(
  '%s is taken',
  (name) => expect(() => checkDatabaseName(name)).not.toThrow(),
);

test.each([
  ['', /empty/],
  ['x'.repeat(64), /63 bytes/],
  ['é'.repeat(32), /63 bytes/],
  ['a.b', /contains "\."/],
  ['a b', /contains " "/],
  ['a$', /contains "\$"/],
  ['a/b', /contains "\/"/],
  ['a\0', /contains/],
  ['a\\b', /contains/],
  ['\ud800', /contains/],
  ['admin', /for itself/],
  ['Local', /for itself/],
])('%j is refused', (name, why) => {
  expect(() => checkDatabaseName(name)).toThrow(
    expect.objectContaining({ code: 'bad_option', message: expect.stringMatching(why) }),
  );
});
