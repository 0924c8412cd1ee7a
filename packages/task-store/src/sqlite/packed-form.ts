// How a write is packed: its length, what to do without a record, the msg_id, then its members: number, mark, value.
import type { FieldKind } from '../fields.ts';
import { fieldTable, wireNames } from '../fields.ts';
import type { WhenMissing } from '../port.ts';

/** Of a length: a write may have more than 4 GiB, though the database takes none of it. */
export const lengthBytes = 6;

/** By number. */
export const whens: readonly WhenMissing[] = ['create', 'stub', 'ignore'];

/** What follows: nothing; length and UTF-8; length and JSON; the number of a text; a double; length and bytes. */
export const markOf = { null: 0, text: 1, dict: 2, shared: 3, moment: 4, bytes: 5 } as const;

/** Numbers of members are those of their wire names; behind them, what is added to output. */
export const addedStdout = wireNames.length;
export const addedStderr = wireNames.length + 1;

interface MemberPlan {
  readonly member: number;
  readonly kind: FieldKind;
  /** Many writes have the same text. */
  readonly isShared: boolean;
}

const plans: ReadonlyMap<string, MemberPlan> = new Map<string, MemberPlan>([
  ...wireNames.map((name, member): [string, MemberPlan] => {
    const isShared = name === 'client_uuid' || name === 'engine_uuid' || name === 'queue';
    return [fieldTable[name].member, { member, kind: fieldTable[name].kind, isShared }];
  }),
  ['appendStdout', { member: addedStdout, kind: 'text', isShared: false }],
  ['appendStderr', { member: addedStderr, kind: 'text', isShared: false }],
]);

/** How a member of a patch is packed; undefined when it is none. */
export const planOf = (key: string): MemberPlan | undefined => plans.get(key);
