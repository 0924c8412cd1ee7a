// What the tests of the contract are made with.
import type { JsonObject } from '@muster/protocol';
import { formatDate, packJson } from '@muster/protocol';
import type { Found, TaskRecord, TaskStore } from '../port.ts';

/** An empty store, closed when the test is over. */
export type Open = () => Promise<TaskStore>;

export const base = 1_790_000_000_000_000;
const dictionary = (value: JsonObject): JsonObject => value;

/** A request as the hub stores it. */
export const request = (n: number, more: object = {}): object => ({
  header: dictionary({ msg_id: `id${n}`, msg_type: 'apply_request', date: formatDate(base + n) }),
  metadata: dictionary({ label: null }),
  content: packJson({ n }),
  buffers: [Uint8Array.of(n, 1), new Uint8Array(0)],
  submitted: base + n,
  clientUuid: 'client',
  queue: 'task',
  ...more,
});

export function recordOf(found: Found | undefined): TaskRecord {
  if (found === undefined || 'missing' in found) throw new Error('the store has no such record');
  return found.record;
}
