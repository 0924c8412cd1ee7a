// Kinds of text that members of a profile have.
import { z } from 'zod';
import { withRules } from './rules.ts';

/** What no program takes in arguments, environment or paths. */
const nul = '\\x00';
const withoutNul = new RegExp(`^[^${nul}]*$`);

/** Any text without NUL. */
export const text = (longest: number) =>
  z.string().max(longest).regex(withoutNul, 'expected text without NUL characters');

/** Text that is not empty. */
export const someText = (longest: number) => text(longest).min(1);

/** Text that fits a pattern; `expected` tells people what that is. */
export const matching = (pattern: RegExp, longest: number, expected: string) =>
  withRules(z.string().max(longest), [
    {
      cel: `self.matches(r'${pattern.source.replaceAll('\\/', '/')}')`,
      check: (value) => pattern.test(value),
      message: `expected ${expected}`,
    },
  ]);

export const dnsName = (what: string) =>
  matching(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 253, `${what}: lower-case letters, digits, "-" and "."`);

/** Words of a command line. */
export const words = () => z.array(text(8192)).max(256);
