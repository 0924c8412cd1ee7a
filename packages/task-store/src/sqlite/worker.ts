// The thread of the database: a slow disk, a lock of another program or a search of everything holds up nobody else.
// First a message that says whether the table was opened, then one answer for each call, in their order.
import { parentPort, workerData } from 'node:worker_threads';
import { StoreError } from '../port.ts';
import { sqliteCodeOf, toBackendError } from './sqlite-errors.ts';
import type { TableOptions, TaskTable } from './table.ts';
import { openTaskTable } from './table.ts';
import type { Answer, Call, CallName, OpenAnswer } from './worker-messages.ts';

const port = parentPort!;

let table: TaskTable | undefined;
try {
  table = openTaskTable(workerData as TableOptions);
  port.postMessage({ opened: table.table } satisfies OpenAnswer);
} catch (error) {
  const code = sqliteCodeOf(error) ?? (error as NodeJS.ErrnoException).code;
  port.postMessage({ failed: { code, message: (error as Error).message } } satisfies OpenAnswer);
}

const calls: { [N in CallName]: (table: TaskTable, ...args: Parameters<TaskTable[N]>) => ReturnType<TaskTable[N]> } = {
  apply: (table, writes) => table.apply(writes),
  find: (table, msgIds) => table.find(msgIds),
  query: (table, query, keys) => table.query(query, keys),
  history: (table) => table.history(),
  remove: (table, msgIds) => table.remove(msgIds),
  removeWhere: (table, query) => table.removeWhere(query),
  expire: (table, receivedBefore) => table.expire(receivedBefore),
  loadEngines: (table) => table.loadEngines(),
  putEngine: (table, engine) => table.putEngine(engine),
  removeEngine: (table, uuid) => table.removeEngine(uuid),
  close: (table) => table.close(),
};

if (table !== undefined) {
  const opened = table;
  port.on('message', ({ id, name, args }: Call) => {
    const answer = answerTo(id, () =>
      (calls[name] as (table: TaskTable, ...args: unknown[]) => unknown)(opened, ...args),
    );
    port.postMessage(answer, memoryOf(answer));
    if (name === 'close') port.close();
  });
}

function answerTo(id: number, call: () => unknown): Answer {
  try {
    return { id, value: call() };
  } catch (error) {
    if (error instanceof StoreError) return { id, refused: { ename: error.ename, evalue: error.message } };
    const { message, retryable } = toBackendError(error);
    return { id, failed: { message, retryable } };
  }
}

/** The memory of buffers in an answer, which is handed over and not copied. */
function memoryOf(answer: Answer): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  const collect = (buffers: readonly Uint8Array[]): void => {
    for (const { buffer } of buffers) found.add(buffer as ArrayBuffer);
  };
  if ('value' in answer && Array.isArray(answer.value))
    for (const item of answer.value) {
      const { buffers, resultBuffers } = item.record ?? item;
      if (buffers !== undefined) collect(buffers);
      if (resultBuffers !== undefined) collect(resultBuffers);
    }
  return [...found];
}
