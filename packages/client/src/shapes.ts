// How values of tasks become values of results.
import type { ResultShape } from './async-result.ts';
import { join } from './core/partition.ts';

/** One task: its value. */
export const oneValue = <R>(): ResultShape<R, R> => ({
  whole: (values) => values[0] as R,
  items: (value) => [value as R],
});

/** A list of the values of all tasks. */
export const listOfValues = <R>(): ResultShape<R[], R> => ({
  whole: (values) => [...values] as R[],
  items: (value) => [value as R],
});

/** Each task gives a list; the result is all of them in one. */
export const flatList = <R>(): ResultShape<R[], R> => ({
  whole: (values) => values.flat(1) as R[],
  items: (value) => value as R[],
});

/** Each task gives a part of a sequence. */
export const joined = <S>(): ResultShape<S, S> => ({
  whole: (values) => join(values) as S,
  items: (value) => [value as S],
});
