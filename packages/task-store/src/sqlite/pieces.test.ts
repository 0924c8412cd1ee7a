import { expect, test } from 'vitest';
import { createPieces } from './pieces.ts';

test('long lists come in pieces, each when it is asked for, and nothing of them is kept at the end', () => {
  const pieces = createPieces();
  const list = Array.from({ length: 1100 }, (_, i) => i);
  const first = pieces.first(7, list);
  expect(first).toEqual({ value: list.slice(0, 500), hasMore: true });
  expect(pieces.first(8, list.slice(0, 500))).toEqual({ value: list.slice(0, 500) });
  expect(pieces.first(9, undefined)).toEqual({ value: undefined });
  expect(pieces.next(7)).toEqual({ value: list.slice(500, 1000), hasMore: true });
  expect(pieces.next(7)).toEqual({ value: list.slice(1000) });
  expect(pieces.next(7)).toEqual({ value: [] });
});
