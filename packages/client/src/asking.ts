// Questions and their answers: the query channel (§4.7) and control (§4.6). Few, so each has a timer of its own.
import type { Message } from '@muster/protocol';
import { encodeText, MusterError } from '@muster/protocol';
import type { SendChannel } from './channels.ts';
import { hubErrorOf } from './core/reply.ts';
import type { AskOptions, MessageSource } from './session.ts';

export interface Asking {
  ask(msgType: string, content: object, options?: AskOptions): Promise<Message>;
  /** False when nobody waits for it. */
  replied(message: Message): boolean;
  failAll(error: Error): void;
  readonly open: number;
}

interface Question {
  readonly resolve: (message: Message) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
  readonly engineId: number | undefined;
}

export function createAsking(
  build: MessageSource,
  send: (channel: SendChannel, message: Message, engineUuid?: Uint8Array) => void,
  defaultTimeoutMs: number,
): Asking {
  const open = new Map<string, Question>();

  function take(id: string): Question | undefined {
    const question = open.get(id);
    open.delete(id);
    clearTimeout(question?.timer);
    return question;
  }
  return {
    ask(msgType, content, { engine, timeoutMs = defaultTimeoutMs } = {}) {
      const { id, message } = build(msgType, content);
      return new Promise((resolve, reject) => {
        const who = engine === undefined ? 'The controller' : `Engine ${engine.id}`;
        const late = (): void =>
          take(id)?.reject(new MusterError('timeout', `${who} has not answered ${msgType} within ${timeoutMs} ms.`));
        send(engine === undefined ? 'registration' : 'control', message, engine && encodeText(engine.uuid));
        open.set(id, { resolve, reject, timer: setTimeout(late, timeoutMs), engineId: engine?.id });
      });
    },
    replied(message) {
      const question = take(message.parentId ?? '');
      if (question === undefined) return false;
      try {
        const { content } = message;
        // hub_error and error contents; other replies have status ok, or none.
        if (content.status === 'error') question.reject(hubErrorOf(content, message.parentId ?? '', question.engineId));
        else question.resolve(message);
      } catch (error) {
        question.reject(error as Error);
      }
      return true;
    },
    failAll(error) {
      for (const id of [...open.keys()]) take(id)?.reject(error);
    },
    get open() {
      return open.size;
    },
  };
}
