// What goes between a store and the thread of its database.
import type { TaskTable } from './table.ts';

export type CallName = Exclude<keyof TaskTable, 'table'>;

export interface Call {
  readonly id: number;
  readonly name: CallName;
  readonly args: readonly unknown[];
}

export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly refused: { readonly ename: string; readonly evalue: string } }
  | { readonly id: number; readonly failed: { readonly message: string; readonly retryable: boolean } };

/** The name of the table that was opened, or why none was: a code of SQLite or of the file system. */
export type OpenAnswer =
  | { readonly opened: string }
  | { readonly failed: { readonly code: string | undefined; readonly message: string } };
