// From files, texts and objects of Kubernetes to profiles. Throws MusterError `profile_invalid` and nothing else.
import { MusterError } from '@muster/protocol';
import { describeIssue } from './issues.ts';
import { profileKind } from './kind.ts';
import type { ClusterProfile } from './profile.ts';
import { profileSchema } from './profile.ts';
import { readDocuments } from './yaml-documents.ts';

const deepest = 32;
const mostValues = 200_000;
const mostIssues = 8;

/** Bounded, also for objects that contain themselves. */
function isTooLarge(value: unknown): boolean {
  let values = 0;
  const visit = (current: unknown, depth: number): boolean => {
    if (typeof current !== 'object' || current === null) return false;
    if (depth > deepest) return true;
    return Object.values(current).some((member) => ++values > mostValues || visit(member, depth + 1));
  };
  return visit(value, 0);
}

function nameOf(value: object): string {
  const name = (value as { metadata?: { name?: unknown } | null }).metadata?.name;
  return typeof name === 'string' && name !== '' ? ` (${JSON.stringify(name.slice(0, 60))})` : '';
}

function check(value: unknown, where: string): ClusterProfile {
  const refuse = (what: string): never => {
    throw new MusterError('profile_invalid', what);
  };
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(`${where} is not an object with members.`);
  if (isTooLarge(value)) return refuse(`${where} is nested more than ${deepest} deep, or has too many members.`);
  const { kind } = value as { kind?: unknown };
  if (typeof kind === 'string' && kind !== profileKind.kind)
    return refuse(`${where} is a ${kind.slice(0, 60)}, not a ${profileKind.kind}.`);
  const result = profileSchema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const issues = [...new Set(result.error.issues.map(describeIssue))];
  const more = issues.length > mostIssues ? [`and ${issues.length - mostIssues} more`] : [];
  const lines = [...issues.slice(0, mostIssues), ...more];
  return refuse(`${where}${nameOf(value)}:${lines.length === 1 ? ' ' : '\n  - '}${lines.join('\n  - ')}`);
}

/** Any other error of a strange input (a getter that throws, a proxy) is the input's fault as well. */
function guarded<T>(where: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof MusterError && error.code === 'profile_invalid') throw error;
    throw new MusterError('profile_invalid', `${where} cannot be read.`);
  }
}

/** A profile from an object, as Kubernetes gives it; `source` is how messages name it. */
export const parseProfile = (value: unknown, source = 'The profile'): ClusterProfile =>
  guarded(source, () => check(value, source));

/** All profiles of a YAML or JSON text, at least one; names must differ. `source`: the file's name, for messages. */
export function parseProfiles(text: string, source = 'The profile'): ClusterProfile[] {
  return guarded(source, () => {
    const profiles = readDocuments(text, source).map(({ value, where }) => check(value, where));
    if (profiles.length === 0) throw new MusterError('profile_invalid', `${source} has no ClusterProfile.`);
    const seen = new Set<string>();
    for (const { metadata } of profiles) {
      const name = `${metadata.namespace ?? ''}/${metadata.name}`;
      if (seen.has(name))
        throw new MusterError('profile_invalid', `${source} has two profiles of the name ${metadata.name}.`);
      seen.add(name);
    }
    return profiles;
  });
}
