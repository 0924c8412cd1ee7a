import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FieldValue, Piece } from './slabs.ts';
import { createSlabs, readPiece } from './slabs.ts';

const filled = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);
/** All bytes of a value are the same. */
const plain = (values: readonly FieldValue[]): unknown =>
  values.map(({ field, bytes }) => [
    field,
    bytes.length,
    bytes[0],
    Buffer.from(bytes).equals(Buffer.alloc(bytes.length, bytes[0] ?? 0)),
  ]);

test('pieces read as they were written, whatever is written and released around them; slabs without any are let go', () => {
  // Only their forms are drawn: counterexamples shall be readable.
  const value = fc.tuple(
    fc.nat(255),
    fc.constantFrom(0, 1, 5, 200, 16_000, 65_536 - 13, 70_000),
    fc.constantFrom(0, 7),
  );
  const piece = fc.array(value, { maxLength: 6 });
  fc.assert(
    fc.property(fc.array(fc.tuple(piece, fc.nat(20)), { maxLength: 40 }), (steps) => {
      const slabs = createSlabs();
      const kept: { piece: Piece; values: readonly FieldValue[] }[] = [];
      for (const [forms, gone] of steps) {
        const values = forms.map(([field, length, each]) => ({ field, bytes: filled(length, each) }));
        kept.push({ piece: slabs.write(values), values });
        const released = kept[gone] && kept.splice(gone, 1)[0];
        if (released) slabs.release(released.piece.slab);
        for (const { piece, values } of kept.slice(-5))
          expect(plain(readPiece(piece, () => true))).toEqual(plain(values));
      }
      const used = new Set(kept.map(({ piece }) => piece.slab));
      const usedBytes = [...used].reduce((sum, { bytes }) => sum + bytes.length, 0);
      // The slab that is being filled counts though it may be empty.
      expect(slabs.sizeBytes - usedBytes).toBeGreaterThanOrEqual(0);
      expect(slabs.sizeBytes - usedBytes).toBeLessThanOrEqual(65_536);
    }),
    { numRuns: 60 },
  );
});

test('what was written before is not written again; bytes are copied', () => {
  const slabs = createSlabs();
  const bytes = filled(500, 3);
  const pieces = Array.from({ length: 1000 }, (_, field) => slabs.write([{ field: field % 200, bytes }]));
  expect(slabs.sizeBytes).toBe(65_536);
  bytes.fill(9);
  expect(readPiece(pieces[999]!, () => true)).toEqual([{ field: 199, bytes: Buffer.alloc(500, 3) }]);
  expect(readPiece(pieces[999]!, (field) => field === 198)).toEqual([]);
});

test('the memory of empty slabs is used again', () => {
  const slabs = createSlabs();
  const large = (each: number): Piece => slabs.write([{ field: 1, bytes: filled(16_000, each) }]);
  const first = Array.from({ length: 12 }, (_, n) => large(n));
  for (const { slab } of first) slabs.release(slab);
  const second = Array.from({ length: 12 }, (_, n) => large(100 + n));
  const memory = new Set(first.map(({ slab }) => slab.bytes.buffer));
  expect(second.slice(4).every(({ slab }) => memory.has(slab.bytes.buffer))).toBe(true);
  for (const [n, piece] of second.entries())
    expect(plain(readPiece(piece, () => true))).toEqual([[1, 16_000, 100 + n, true]]);
});
