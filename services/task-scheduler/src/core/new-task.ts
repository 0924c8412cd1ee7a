import type { Message, PeerId } from '@muster/protocol';
import type { State, Task } from './state.ts';
import type { Wishes } from './wishes.ts';

interface NewTask {
  readonly client: PeerId | null;
  readonly message: Message;
  /** Undefined: they cannot be used, and the task ends at once. */
  readonly wishes: Wishes | undefined;
  readonly recovered: boolean;
}

export function createTask(state: State, { client, message, wishes, recovered }: NewTask): Task {
  return {
    msgId: message.header.msg_id,
    seq: state.nextSeq++,
    client,
    message,
    block: undefined,
    blockAt: 0,
    sizeBytes: message.sizeBytes,
    // What was recovered was never in a receive block.
    kept: recovered,
    kernel: wishes?.kernel,
    targets: wishes?.targets,
    timeoutMs: wishes?.timeoutMs ?? 0,
    retriesLeft: wishes?.retries ?? 0,
    blacklist: undefined,
    after: undefined,
    follow: undefined,
    engine: undefined,
    recovered,
    adopted: false,
    sure: false,
    bucket: undefined,
    slot: -1,
    previous: undefined,
    next: undefined,
    deadlineUs: undefined,
  };
}
