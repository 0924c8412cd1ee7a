// Texts of errors as Python peers know them.
import { keyErrorValue } from '@muster/protocol';

/** The repr of a list of ids and names: `[999, 'x']`. */
export const reprList = (values: readonly (number | string)[]): string =>
  `[${values.map((value) => (typeof value === 'string' ? keyErrorValue(value) : String(value))).join(', ')}]`;

/** evalue of a KeyError about missing tasks. */
export const noSuchMessage = (msgId: string): string => keyErrorValue(`No such message: ${msgId}`);
