// What is wrong with a profile, in the words of people: the member, what was expected, what was found.
import type { z } from 'zod';
import { toJsonSchema } from './json-schema.ts';

type Issue = z.core.$ZodIssue;

/** `spec.launcher.ssh.hosts[0].host` */
const pathText = (path: readonly PropertyKey[]): string =>
  path.map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i === 0 ? '' : '.'}${String(step)}`)).join('');

const kinds: Record<string, string> = {
  object: 'members (an object)',
  record: 'members (an object)',
  array: 'a list',
  string: 'text',
  int: 'a whole number',
  number: 'a whole number',
};

function shown(value: unknown, path: readonly PropertyKey[]): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'members (an object)';
  // People put passwords into environment variables, whatever we say.
  if (path.includes('env')) return `a ${typeof value}`;
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** Names that the object at this path may have. */
function membersAt(path: readonly PropertyKey[]): string[] {
  const steps = path.map((step) => (typeof step === 'number' ? '[]' : String(step)));
  return Object.keys((toJsonSchema(steps.join('.')).properties as object | undefined) ?? {});
}

function bound(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>): string {
  const [side, limit] = issue.code === 'too_small' ? ['least', issue.minimum] : ['most', issue.maximum];
  if (issue.origin === 'string') return `expected at ${side} ${limit} characters`;
  if (issue.origin === 'array') return `expected a list of at ${side} ${limit}`;
  return `expected at ${side} ${limit}, got ${shown(issue.input, issue.path)}`;
}

function expectation(issue: Issue): string {
  const got = `, got ${shown(issue.input, issue.path)}`;
  switch (issue.code) {
    case 'invalid_type': {
      const hint = issue.input === null && issue.expected === 'object' ? ': write {} when it has no members' : '';
      return `expected ${kinds[issue.expected] ?? issue.expected}${got}${hint}`;
    }
    case 'invalid_value':
      return `expected ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}${got}`;
    case 'too_small':
    case 'too_big':
      return bound(issue);
    case 'custom':
      return typeof issue.input === 'object' ? issue.message : `${issue.message}${got}`;
    default:
      return `${issue.message}${got}`;
  }
}

export function describeIssue(issue: Issue): string {
  const path = pathText(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.slice(0, 5).map((key) => JSON.stringify(key.slice(0, 60)));
    const known = membersAt(issue.path);
    return `${path || 'a ClusterProfile'} has no member ${keys.join(', ')}; it has ${known.join(', ') || 'none'}`;
  }
  // Rules that concern several members name them.
  if (issue.code === 'custom' && /^(spec|metadata)\./.test(issue.message)) return issue.message;
  return `${path}: ${expectation(issue)}`;
}
