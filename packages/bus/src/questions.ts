// The questions that services ask each other, so that one which starts, or has missed facts, learns what is true now. A
// question can be asked again without harm.
import type { ServiceName } from './facts.ts';
import type { Members, Values } from './members.ts';
import { count, engineLoad, engineRef, listOf, text, uuid } from './members.ts';

interface QuestionEntry {
  /** Who answers. */
  readonly to: ServiceName;
  readonly meaning: string;
  readonly members: Members;
  readonly answer: Members;
}

export const questionTable = {
  'engines.list': {
    to: 'hub',
    meaning: 'which engines are registered, and of which the first heartbeat is awaited',
    members: {},
    answer: { engines: listOf(engineRef), pending: listOf(uuid) },
  },
  'engines.load': {
    to: 'hub',
    meaning: 'how much each registered engine has to do',
    members: {},
    answer: { engines: listOf(engineLoad) },
  },
  'records.settled': {
    to: 'hub',
    meaning: 'say so when all that you were told so far is stored',
    members: {},
    answer: {},
  },
  'facts.handled': {
    to: 'hub',
    meaning: "up to which number the hub has handled this publisher's kept facts",
    members: { publisher: text('publisher', 100) },
    answer: { upTo: count },
  },
  'engines.drain': {
    to: 'task-scheduler',
    meaning: 'give these engines no new tasks, until they are resumed or gone; which of them still have tasks?',
    members: { uuids: listOf(uuid) },
    answer: { busy: listOf(uuid) },
  },
  'engines.resume': {
    to: 'task-scheduler',
    meaning: 'these engines may be given tasks again',
    members: { uuids: listOf(uuid) },
    answer: {},
  },
} as const satisfies Record<string, QuestionEntry>;

type Table = typeof questionTable;

export type QuestionType = keyof Table;
export type QuestionOf<T extends QuestionType> = { readonly type: T } & Values<Table[T]['members']>;
export type Question = { [T in QuestionType]: QuestionOf<T> }[QuestionType];
export type AnswerOf<T extends QuestionType> = Values<Table[T]['answer']>;
