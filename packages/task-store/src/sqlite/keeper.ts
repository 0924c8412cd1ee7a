// Keeps the table open over what happens to its file: damage that shows while it is used, and a file that is taken away.
import { BackendError } from '../batched/backend.ts';
import { StoreError } from '../port.ts';
import { damageOf } from './file/damage-mark.ts';
import { describeHolders, holdersOf } from './file/holders.ts';
import type { FileNote } from './file/open-file.ts';
import { setDamagedAside } from './file/open-file.ts';
import { inodeOf } from './file/set-aside.ts';
import { isDamage, sqliteCodeOf, toBackendError } from './sqlite-errors.ts';
import type { TableOptions, TaskTable } from './table.ts';
import { openTaskTable } from './table.ts';
import type { CallName } from './worker-messages.ts';

export interface TableKeeper {
  /** The name that the table has got. */
  readonly table: string;
  /** Throws StoreError for a question that is refused, BackendError when the database cannot answer. */
  call<N extends CallName>(name: N, args: Parameters<TaskTable[N]>): ReturnType<TaskTable[N]>;
  /** Lets go of a file that is not to be used any more. */
  look(): void;
}

/** Those that want to know what is there. */
const questions: readonly CallName[] = ['find', 'query', 'history', 'loadEngines'];

/** Throws what openTaskTable throws. */
export function createTableKeeper(options: TableOptions, tell: (note: FileNote) => void): TableKeeper {
  const { path } = options;
  /** Where the records are that were damaged since the start. */
  let movedTo: string | undefined;
  const onNote = (note: FileNote): void => {
    if (note.what === 'database was damaged and is moved aside') movedTo = note.movedTo;
    tell(note);
  };
  const fileOptions = { ...options, onNote };
  let table: TaskTable | undefined = open();
  const name = table.table;
  // What was moved aside before anybody could ask for it is told once, at the start.
  movedTo = undefined;

  function open(): TaskTable {
    try {
      return openTaskTable(options, onNote);
    } catch (error) {
      if (!isDamage(error)) throw error;
      setDamagedAside(fileOptions, (error as Error).message, inodeOf(path));
      return openTaskTable(options, onNote);
    }
  }
  function letGo(): void {
    const known = table;
    table = undefined;
    try {
      known?.close();
    } catch {
      // Of a damaged database nothing can be finished.
    }
  }
  function look(): void {
    if (table === undefined) return;
    if (inodeOf(path) !== table.inode) {
      letGo();
      onNote({ what: 'database is no longer there', path, why: 'somebody has moved, removed or replaced it' });
    } else if (damageOf(path) !== undefined) letGo();
  }
  function current(): TaskTable {
    look();
    table ??= open();
    return table;
  }
  function refuse(why: string): never {
    throw new StoreError('OperationalError', `the task database ${why}`);
  }
  /** The records are elsewhere now: who asks for them is told so, and what is written goes into the new file. */
  function afterDamage<N extends CallName>(known: TaskTable, error: Error, callName: N): void {
    letGo();
    setDamagedAside(fileOptions, error.message, known.inode);
    table = open();
    if (questions.includes(callName)) refuse(`was damaged (${error.message}): what was there is in ${movedTo}`);
  }
  function call<N extends CallName>(callName: N, args: Parameters<TaskTable[N]>): ReturnType<TaskTable[N]> {
    const perform = (table: TaskTable) =>
      (table[callName] as (...args: unknown[]) => ReturnType<TaskTable[N]>)(...(args as unknown[]));
    const known = current();
    try {
      return perform(known);
    } catch (error) {
      // A new connection may succeed where the old one cannot go on.
      if (sqliteCodeOf(error) === 'IOERR') letGo();
      if (!isDamage(error)) throw error;
      afterDamage(known, error as Error, callName);
      return perform(table!);
    }
  }
  function checkFound(value: unknown, [msgIds]: readonly unknown[]): void {
    const at = (value as readonly object[]).findIndex((found) => 'missing' in found && found.missing === 'unknown');
    if (at < 0 || movedTo === undefined) return;
    const id = (msgIds as readonly string[])[at]!;
    refuse(`has no record of '${id}'; it may be in ${movedTo}, which was damaged and moved aside`);
  }
  return {
    table: name,
    look,
    call(callName, args) {
      if (callName === 'close') return letGo() as ReturnType<TaskTable[typeof callName]>;
      try {
        const value = call(callName, args);
        if (callName === 'find') checkFound(value, args);
        return value;
      } catch (error) {
        throw error instanceof StoreError ? error : toFailure(error, path);
      }
    },
  };
}

/** Errors of opening pass when somebody follows their remedy. */
function toFailure(error: unknown, path: string): BackendError {
  const code = sqliteCodeOf(error);
  if (code === undefined) return new BackendError((error as Error).message, true);
  return toBackendError(error, code === 'BUSY' ? describeHolders(holdersOf(path)) : '');
}
