// The table of ipyparallel's SQLite back end (§5.5): columns and their declared types, in order.
import type { WireName } from '../fields.ts';

/** What a record holds beside these columns goes to a table of its own, for Python refuses a table with other columns. */
export type ColumnName = Exclude<WireName, 'display_data'>;

export const columnTypes: Record<ColumnName, string> = {
  msg_id: 'text',
  header: 'dict text',
  metadata: 'dict text',
  content: 'dict text',
  buffers: 'bufs blob',
  submitted: 'timestamp',
  client_uuid: 'text',
  engine_uuid: 'text',
  started: 'timestamp',
  completed: 'timestamp',
  resubmitted: 'text',
  received: 'timestamp',
  result_header: 'dict text',
  result_metadata: 'dict text',
  result_content: 'dict text',
  result_buffers: 'bufs blob',
  queue: 'text',
  execute_input: 'text',
  execute_result: 'text',
  error: 'text',
  stdout: 'text',
  stderr: 'text',
  label: 'text',
};

export const columnNames = Object.keys(columnTypes) as ColumnName[];

/** A name as SQL has it. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
