// Several measurements of one thing, and how they are told.

export interface Figure {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly values: readonly number[];
}

/** Throws when there is nothing to take a median of. */
export function figure(values: readonly number[]): Figure {
  const sorted = values.toSorted((a, b) => a - b);
  if (sorted.length === 0) throw new Error('Nothing was measured.');
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
  return { median, least: sorted[0]!, most: sorted.at(-1)!, values };
}

/** Three digits that matter; whole numbers from 100 on. */
export const short = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));

/** As `1.21 (1.18 to 1.30)`. */
export const spread = ({ median, least, most, values }: Figure): string =>
  values.length === 1 ? short(median) : `${short(median)} (${short(least)} to ${short(most)})`;
