// The thread of the database: a slow disk, a lock of another program or a search of everything holds up nobody else.
// First a message that says whether the table was opened, then one answer for each call, in their order.
import { parentPort, workerData } from 'node:worker_threads';
import { BackendError } from '../batched/backend.ts';
import { StoreError } from '../port.ts';
import type { TableKeeper } from './keeper.ts';
import { createTableKeeper } from './keeper.ts';
import { createPieces } from './pieces.ts';
import { sqliteCodeOf } from './sqlite-errors.ts';
import type { TableOptions } from './table.ts';
import type { Answer, Call, NoteMessage, OpenAnswer } from './worker-messages.ts';

const port = parentPort!;
/** How soon the thread lets go of a file that somebody wants to move, when nobody asks anything. */
const lookMs = 1000;

let keeper: TableKeeper | undefined;
try {
  keeper = createTableKeeper(workerData as TableOptions, (note) => port.postMessage({ note } satisfies NoteMessage));
  port.postMessage({ opened: keeper.table } satisfies OpenAnswer);
} catch (error) {
  const code = sqliteCodeOf(error) ?? (error as NodeJS.ErrnoException).code;
  port.postMessage({ failed: { code, message: (error as Error).message } } satisfies OpenAnswer);
}
if (keeper !== undefined) serve(keeper);

function serve(keeper: TableKeeper): void {
  const pieces = createPieces();
  const looking = setInterval(keeper.look, lookMs);
  port.on('message', ({ id, name, args }: Call) => {
    const answer = answerTo(id, () =>
      name === 'more' ? pieces.next(id) : pieces.first(id, keeper.call(name, args as never)),
    );
    port.postMessage(answer, memoryOf(answer));
    if (name !== 'close') return;
    clearInterval(looking);
    port.close();
  });
}

function answerTo(id: number, call: () => Pick<Extract<Answer, { value: unknown }>, 'value' | 'hasMore'>): Answer {
  try {
    return { id, ...call() };
  } catch (error) {
    if (error instanceof StoreError) return { id, refused: { ename: error.ename, evalue: error.message } };
    const retryable = error instanceof BackendError && error.retryable;
    return { id, failed: { message: (error as Error).message, retryable } };
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
