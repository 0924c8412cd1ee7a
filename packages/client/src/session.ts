// The working parts of a client that views and queries share: sending requests, and the book of what is open.
import type { Frames, Header, JsonObject, Message, Signer } from '@muster/protocol';
import { buildMessage, createHeaderSource, encodeText, MusterError } from '@muster/protocol';
import type { ResultControl, ResultShape } from './async-result.ts';
import { AsyncResult } from './async-result.ts';
import type { SendChannel } from './channels.ts';
import type { EngineList, EngineRef } from './core/engine-list.ts';
import type { Ledger } from './core/ledger.ts';
import type { Task, WorkChannel } from './core/task.ts';
import { createTask } from './core/task.ts';

/** Content and buffers of a request; the same for all engines that get it. */
export interface Work {
  readonly kind: Task['kind'];
  readonly content: JsonObject;
  readonly buffers: Frames;
}

export interface Session {
  readonly engines: EngineList;
  /** Sends work to one engine (mux), or to whoever is free (task). */
  submit(channel: 'mux' | 'task', work: Work, metadata: JsonObject, engine?: EngineRef): Task;
  /** Sends work to many engines at once (§2.4). */
  broadcast(work: Work, engines: readonly EngineRef[], coalescing: boolean, label: string | null): Task[];
  result<T, Item>(tasks: readonly Task[], shape: ResultShape<T, Item>): AsyncResult<T, Item>;
  /** Asks the hub (registration) or an engine (control). Rejects with RemoteError, or MusterError `timeout`. */
  ask(msgType: string, content: object, options?: AskOptions): Promise<Message>;
}

export interface AskOptions {
  /** On the control channel of this engine; default: the hub. */
  readonly engine?: EngineRef;
  readonly timeoutMs?: number;
}

export interface SessionParts {
  readonly engines: EngineList;
  readonly ledger: Ledger;
  readonly control: ResultControl;
  readonly ask: Session['ask'];
  /** Throws when the client is closed. */
  send(channel: SendChannel, message: Message, engineUuid?: Uint8Array): void;
  /** Something waits now; the watch begins. */
  waiting(): void;
  readonly maxOpen: number;
}

/** Builds messages of one session: the only place that makes headers. */
export function createMessageSource(signer: Signer, session: string, username: string, nowUs: () => number) {
  const headers = createHeaderSource(session, username);
  return (msgType: string, content: object, metadata: JsonObject = {}, buffers: Frames = []) => {
    const header: Header = headers.next(msgType, nowUs());
    return { id: header.msg_id, message: buildMessage(signer, { header, metadata, content, buffers }) };
  };
}

export type MessageSource = ReturnType<typeof createMessageSource>;

export function createSession(parts: SessionParts, build: MessageSource): Session {
  const { engines, ledger, control } = parts;

  function checkRoom(more: number): void {
    if (ledger.open + more > parts.maxOpen)
      throw new MusterError(
        'too_large',
        `${ledger.open} tasks are open`,
        'Wait for results, or use imap, which waits by itself.',
      );
  }
  function send(channel: WorkChannel, message: Message, engineUuid?: Uint8Array): void {
    parts.send(channel, message, engineUuid);
    parts.waiting();
  }
  return {
    engines,
    ask: parts.ask,
    submit(channel, work, metadata, engine) {
      checkRoom(1);
      const { id, message } = build(`${work.kind}_request`, work.content, metadata, work.buffers);
      const task = createTask(id, work.kind, channel, control.nowUs(), engine);
      send(channel, message, engine === undefined ? undefined : encodeText(engine.uuid));
      ledger.add(task, engine !== undefined);
      return task;
    },
    broadcast(work, targets, coalescing, label) {
      checkRoom(targets.length);
      const metadata = {
        label,
        targets: targets.map(({ uuid, id }) => [uuid, id]),
        is_broadcast: true,
        is_coalescing: coalescing,
      };
      const { id, message } = build(`${work.kind}_request`, work.content, metadata, work.buffers);
      const now = control.nowUs();
      const tasks = targets.map((engine) => createTask(`${id}_${engine.uuid}`, work.kind, 'broadcast', now, engine));
      send('broadcast', message);
      for (const task of tasks) ledger.add(task, true);
      if (coalescing) ledger.addGroup(id, tasks);
      return tasks;
    },
    result: (tasks, shape) => new AsyncResult(tasks, shape, control),
  };
}
