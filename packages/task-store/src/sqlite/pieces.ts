// Long lists go to the other thread in pieces: to unpack a hundred thousand records at once would hold up everybody there.

interface Piece {
  readonly value: unknown;
  readonly hasMore?: true;
}

export interface Pieces {
  /** The value itself, or the first piece of a long list, whose rest is kept under this id. */
  first(id: number, value: unknown): Piece;
  next(id: number): Piece;
}

/** Records of some thousand characters are unpacked in about 10 ms. */
const pieceLength = 500;

export function createPieces(): Pieces {
  const rests = new Map<number, unknown[]>();
  function piece(id: number, list: unknown[]): Piece {
    if (list.length <= pieceLength) return { value: list };
    rests.set(id, list.slice(pieceLength));
    return { value: list.slice(0, pieceLength), hasMore: true };
  }
  return {
    first: (id, value) => (Array.isArray(value) ? piece(id, value) : { value }),
    next(id) {
      const list = rests.get(id) ?? [];
      rests.delete(id);
      return piece(id, list);
    },
  };
}
