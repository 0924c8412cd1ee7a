// The port: what services know of the bus.
import type { Fact, FactOf, FactType } from './facts.ts';
import type { AnswerOf, QuestionOf, QuestionType } from './questions.ts';

export interface AskOptions {
  /** The answer has to be there by then. */
  readonly timeoutMs: number;
}

/**
 * Carries facts and questions between services. Facts of one publisher arrive in order and not twice; a fact without
 * subscribers is lost.
 */
export interface Bus {
  /** Returns at once. After `close` nothing is published. */
  publish(fact: Fact): void;
  /** Returns the function that ends the subscription. What `receive` throws is told to the bus's owner and harms nobody. */
  subscribe<T extends FactType>(type: T, receive: (fact: FactOf<T>) => void): () => void;
  /**
   * Resolves to the answer of one of those who serve questions of that type. Rejects with MusterError `nobody_serves`,
   * `ask_failed` (whoever was asked could not answer), `timeout` or `bus_closed`.
   */
  ask<T extends QuestionType>(question: QuestionOf<T>, options: AskOptions): Promise<AnswerOf<T>>;
  /** Answers questions of a type. Returns the function that ends this. A question may come twice from one who asked once. */
  serve<T extends QuestionType>(type: T, answer: Answerer<T>): () => void;
  /** Ends all subscriptions at once: nothing is delivered any more. Resolves when what was published is out. */
  close(): Promise<void>;
}

/** May throw or reject: the text of the error goes to whoever asked. */
export type Answerer<T extends QuestionType> = (question: QuestionOf<T>) => AnswerOf<T> | Promise<AnswerOf<T>>;

/** Is told of what subscribers throw. */
export type OnSubscriberError = (error: unknown, fact: Fact) => void;
