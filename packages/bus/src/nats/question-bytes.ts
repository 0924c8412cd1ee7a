// Questions and answers as bytes: JSON, checked on both sides.
import type { Members } from '../members.ts';
import { readMembers, ShapeError } from '../members.ts';
import type { AnswerOf, QuestionOf, QuestionType } from '../questions.ts';
import { questionTable } from '../questions.ts';

type Entry = { readonly members: Members; readonly answer: Members };
const entryOf = (type: QuestionType): Entry => questionTable[type];

const longestReason = 1000;

function parse(bytes: Uint8Array, what: string): object {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
  } catch {
    throw new ShapeError(`${what} is not JSON`);
  }
  if (typeof value !== 'object' || value === null) throw new ShapeError(`${what} is not an object`);
  return value;
}

/** Throws ShapeError. */
export function writeQuestion<T extends QuestionType>(question: QuestionOf<T>): string {
  const { type } = question;
  return JSON.stringify(readMembers(entryOf(type).members, question, type));
}

/** Throws ShapeError. */
export const readQuestion = <T extends QuestionType>(type: T, bytes: Uint8Array): QuestionOf<T> =>
  ({ type, ...readMembers(entryOf(type).members, parse(bytes, type), type) }) as QuestionOf<T>;

/** Throws ShapeError. */
export const writeAnswer = (type: QuestionType, answer: unknown): string =>
  JSON.stringify({ answer: readMembers(entryOf(type).answer, answer, `answer to ${type}`) });

export const writeFailure = (why: string): string => JSON.stringify({ error: why.slice(0, longestReason) });

export type Reply<T extends QuestionType> = { readonly answer: AnswerOf<T> } | { readonly error: string };

/** Throws ShapeError. */
export function readReply<T extends QuestionType>(type: T, bytes: Uint8Array): Reply<T> {
  const what = `answer to ${type}`;
  const value = parse(bytes, what) as { answer?: unknown; error?: unknown };
  if (typeof value.error === 'string') return { error: value.error.slice(0, longestReason) };
  return { answer: readMembers(entryOf(type).answer, value.answer, what) as AnswerOf<T> };
}
