// Questions and answers by NATS.
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { errors } from '@nats-io/transport-node';
import { createAnswerers } from '../answerers.ts';
import type { Bus } from '../bus.ts';
import { createDeadlines, longestMs } from '../deadlines.ts';
import { askFailed, nobodyServes, textOf } from '../errors.ts';
import type { QuestionOf, QuestionType } from '../questions.ts';
import type { Listening } from './listening.ts';
import { readQuestion, readReply, writeAnswer, writeFailure, writeQuestion } from './question-bytes.ts';
import type { Subjects } from './subjects.ts';

export interface Asking extends Pick<Bus, 'ask' | 'serve'> {
  use(nats: NatsConnection | undefined): void;
  /** Nobody is answered, and nobody waits for an answer any more. */
  close(): void;
}

export interface AskingOptions {
  readonly subjects: Subjects;
  readonly listening: Listening;
  readonly onBroken: (subject: string, error: Error) => void;
}

/** Those who answer the same question share this name, so that one of them is asked. */
const queue = 'answerers';

export function createAsking({ subjects, listening, onBroken }: AskingOptions): Asking {
  const answerers = createAnswerers();
  const deadlines = createDeadlines();
  const ends = new Map<QuestionType, () => void>();
  const link = createLatch<NatsConnection>();

  async function respond(type: QuestionType, message: Msg): Promise<void> {
    let reply: string;
    try {
      const question = readQuestion(type, message.data);
      try {
        reply = writeAnswer(type, await answerers.answer(question));
      } catch (error) {
        reply = writeFailure(textOf(error));
      }
    } catch (error) {
      onBroken(message.subject, error as Error);
      reply = writeFailure(textOf(error));
    }
    try {
      message.respond(reply);
    } catch (error) {
      // Too large for NATS; or the connection is gone, then this does nothing.
      if (error instanceof errors.InvalidArgumentError)
        message.respond(writeFailure('the answer is too large for NATS'));
    }
  }
  async function ask<T extends QuestionType>(question: QuestionOf<T>, timeout: number, signal: AbortSignal) {
    const type: T = question.type;
    const bytes = writeQuestion(question);
    for (;;) {
      const nats = await link.wait(signal);
      try {
        const reply = readReply(type, (await nats.request(subjects.ask(type), bytes, { timeout })).data);
        if ('answer' in reply) return reply.answer;
        throw new Error(reply.error);
      } catch (error) {
        if (error instanceof errors.RequestError && error.isNoResponders()) throw nobodyServes(type);
        if (!isLost(error, nats)) throw askFailed(type, textOf(error));
        // The next connection gets the question again.
        await nats.closed();
      }
    }
  }
  return {
    ask: (question, { timeoutMs }) =>
      deadlines.keep(question.type, timeoutMs, (signal) =>
        ask(question, Math.min(Math.max(1, timeoutMs), longestMs), signal),
      ),
    serve(type, answer) {
      if (deadlines.isClosed) return () => {};
      const end = answerers.add(type, answer);
      if (!ends.has(type))
        ends.set(type, listening.add({ subject: subjects.ask(type), queue, hear: (m) => void respond(type, m) }));
      return () => {
        end();
        if (answerers.has(type)) return;
        ends.get(type)?.();
        ends.delete(type);
      };
    },
    use: link.set,
    close() {
      for (const end of ends.values()) end();
      ends.clear();
      deadlines.close();
    },
  };
}

const isLost = (error: unknown, nats: NatsConnection): boolean =>
  nats.isClosed() || (error instanceof errors.RequestError && error.message === 'connection closed');

/** A value that is there or not, and can be waited for. */
function createLatch<T>() {
  const waiting = new Set<(value: T) => void>();
  let current: T | undefined;
  return {
    set(value: T | undefined): void {
      current = value;
      if (value === undefined) return;
      for (const resolve of waiting) resolve(value);
      waiting.clear();
    },
    /** Rejects with the signal's reason. */
    wait(signal: AbortSignal): Promise<T> {
      signal.throwIfAborted();
      if (current !== undefined) return Promise.resolve(current);
      return new Promise((resolve, reject) => {
        waiting.add(resolve);
        signal.addEventListener('abort', () => {
          waiting.delete(resolve);
          reject(signal.reason);
        });
      });
    },
  };
}
