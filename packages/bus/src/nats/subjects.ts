import { MusterError } from '@muster/protocol';
import type { FactType } from '../facts.ts';
import type { QuestionType } from '../questions.ts';

/** The subjects of one cluster; all are below `muster.CLUSTER_ID`. */
export interface Subjects {
  fact(type: FactType): string;
  ask(type: QuestionType): string;
  /** Below it answers come back. */
  readonly inboxes: string;
}

/** Throws MusterError `bad_option` for an id that cannot be one part of a subject. */
export function subjectsOf(clusterId: string): Subjects {
  if (!/^[A-Za-z0-9_-]{1,100}$/.test(clusterId))
    throw new MusterError(
      'bad_option',
      `'${clusterId}' cannot be the cluster id of services that run apart.`,
      'Use 1 to 100 letters, digits, - and _.',
    );
  const root = `muster.${clusterId}`;
  return {
    fact: (type) => `${root}.fact.${type}`,
    ask: (type) => `${root}.ask.${type}`,
    inboxes: `${root}.inbox`,
  };
}
