// The order of records by `submitted`, as it stands in the table.
import { parseDate } from '@muster/protocol';

/** Dates as we write them sort as texts. */
const sortsAsText = (date: string): boolean => date.endsWith('+00:00');

/** Oldest first; what is no date last. */
export function compareSubmitted(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (typeof a !== 'string' || typeof b !== 'string') return typeof a === 'string' ? -1 : 1;
  if (sortsAsText(a) && sortsAsText(b)) return a < b ? -1 : 1;
  return (parseDate(a) ?? 0) - (parseDate(b) ?? 0);
}
