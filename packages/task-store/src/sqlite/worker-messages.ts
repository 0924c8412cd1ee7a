// What goes between a store and the thread of its database.
import type { FileNote } from './file/open-file.ts';
import type { TaskTable } from './table.ts';

export type CallName = Exclude<keyof TaskTable, 'table' | 'inode'>;

export interface Call {
  readonly id: number;
  /** `more`: the next piece of the answer to the call of this id. */
  readonly name: CallName | 'more';
  readonly args: readonly unknown[];
}

/** A long list comes in pieces, each when it is asked for. */
export type Answer =
  | { readonly id: number; readonly value: unknown; readonly hasMore?: true }
  | { readonly id: number; readonly refused: { readonly ename: string; readonly evalue: string } }
  | { readonly id: number; readonly failed: { readonly message: string; readonly retryable: boolean } };

/** The name of the table that was opened, or why none was: a code of SQLite or of the file system. */
export type OpenAnswer =
  | { readonly opened: string }
  | { readonly failed: { readonly code: string | undefined; readonly message: string } };

/** What has happened to the file; comes at any time, also before it is open. */
export interface NoteMessage {
  readonly note: FileNote;
}
