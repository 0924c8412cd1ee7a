import type { Answerer } from './bus.ts';
import { askFailed, nobodyServes, textOf } from './errors.ts';
import type { AnswerOf, QuestionOf, QuestionType } from './questions.ts';

/** Who answers questions in this process. */
export interface Answerers {
  add<T extends QuestionType>(type: T, answer: Answerer<T>): () => void;
  has(type: QuestionType): boolean;
  /** By the first that was added. Rejects with MusterError `nobody_serves` or `ask_failed`. */
  answer<T extends QuestionType>(question: QuestionOf<T>): Promise<AnswerOf<T>>;
}

type Untyped = (question: unknown) => unknown;

export function createAnswerers(): Answerers {
  const all = new Map<QuestionType, Set<Untyped>>();
  return {
    add(type, answer) {
      const set = all.get(type) ?? new Set();
      all.set(type, set);
      const own: Untyped = (question) => answer(question as Parameters<typeof answer>[0]);
      set.add(own);
      return () => set.delete(own);
    },
    has: (type) => (all.get(type)?.size ?? 0) > 0,
    async answer<T extends QuestionType>(question: QuestionOf<T>): Promise<AnswerOf<T>> {
      const [first] = all.get(question.type) ?? [];
      if (first === undefined) throw nobodyServes(question.type);
      try {
        return (await first(question)) as AnswerOf<T>;
      } catch (error) {
        throw askFailed(question.type, textOf(error));
      }
    },
  };
}
