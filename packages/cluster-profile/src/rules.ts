// Rules that a schema alone cannot say. Each is written once, as a check for this program and as CEL for the API server of
// Kubernetes, with one message for people. They travel in the schema's metadata, from where the CRD takes them.
import type { z } from 'zod';

export interface Rule<T> {
  /** The same as `check`, in the Common Expression Language of Kubernetes. */
  readonly cel: string;
  /** Sees the value with its defaults filled in, as CEL does. */
  check(value: T): boolean;
  /** Names the member from the top (`spec.launcher`), what is expected, and what to do. */
  readonly message: string;
}

const validations = 'x-kubernetes-validations';

/** The schema, which then also refuses what breaks one of these rules. */
export function withRules<S extends z.ZodType>(schema: S, rules: readonly Rule<z.output<S>>[]): S {
  const checked = schema.superRefine((value, context) => {
    for (const rule of rules) if (!rule.check(value)) context.addIssue({ code: 'custom', message: rule.message });
  });
  return checked.meta({ [validations]: rules.map(({ cel, message }) => ({ rule: cel, message })) });
}

/** A list in which no two items have the same `key`; Kubernetes then merges it by that member. */
export function uniqueBy<S extends z.ZodType<readonly object[]>>(schema: S, key: string): S {
  const checked = schema.superRefine((items, context) => {
    const seen = new Set<unknown>();
    items.forEach((item, index) => {
      const value = (item as Record<string, unknown>)[key];
      if (seen.has(value))
        context.addIssue({ code: 'custom', path: [index], message: `${key} ${value} is there twice` });
      seen.add(value);
    });
  });
  return checked.meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [key] });
}
