// The one table of a record's fields: wire name, member, kind (§5.1).
import type { DictMember, TaskRecord } from './port.ts';

export type FieldKind = 'text' | 'dict' | 'moment' | 'buffers';

interface Field {
  readonly member: keyof TaskRecord;
  readonly kind: FieldKind;
}

/** Wire name → member and kind, in the order in which records are shown. */
export const fieldTable = {
  msg_id: { member: 'msgId', kind: 'text' },
  header: { member: 'header', kind: 'dict' },
  metadata: { member: 'metadata', kind: 'dict' },
  content: { member: 'content', kind: 'dict' },
  buffers: { member: 'buffers', kind: 'buffers' },
  submitted: { member: 'submitted', kind: 'moment' },
  client_uuid: { member: 'clientUuid', kind: 'text' },
  engine_uuid: { member: 'engineUuid', kind: 'text' },
  started: { member: 'started', kind: 'moment' },
  completed: { member: 'completed', kind: 'moment' },
  resubmitted: { member: 'resubmitted', kind: 'text' },
  received: { member: 'received', kind: 'moment' },
  result_header: { member: 'resultHeader', kind: 'dict' },
  result_metadata: { member: 'resultMetadata', kind: 'dict' },
  result_content: { member: 'resultContent', kind: 'dict' },
  result_buffers: { member: 'resultBuffers', kind: 'buffers' },
  queue: { member: 'queue', kind: 'text' },
  execute_input: { member: 'executeInput', kind: 'text' },
  execute_result: { member: 'executeResult', kind: 'dict' },
  error: { member: 'error', kind: 'dict' },
  stdout: { member: 'stdout', kind: 'text' },
  stderr: { member: 'stderr', kind: 'text' },
  label: { member: 'label', kind: 'text' },
  display_data: { member: 'displayData', kind: 'dict' },
} as const satisfies Record<string, Field>;

export type WireName = keyof typeof fieldTable;

export const wireNames = Object.keys(fieldTable) as WireName[];

export const dictMembers: readonly DictMember[] = Object.values(fieldTable)
  .filter((field) => field.kind === 'dict')
  .map((field) => field.member as DictMember);

/** True for the name of a field of §5.1. */
export const isWireName = (name: string): name is WireName => Object.hasOwn(fieldTable, name);
