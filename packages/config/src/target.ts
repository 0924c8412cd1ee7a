// What a parse fills: values, where they came from, words and warnings.
import type { Found } from './names.ts';
import type { Given } from './parse.ts';
import type { SettingsTable } from './settings.ts';
import { defaultsOf } from './settings.ts';

/**
 * Sets a value. A name by its rank: in one place the most specific wins, and of equals the last. Without rank, as short options
 * and environment variables, it wins over what is before and yields to what is after.
 */
export type Put = (key: string, value: unknown, rank?: number) => void;

export interface Target {
  readonly values: Record<string, unknown>;
  readonly given: Record<string, Given>;
  readonly words: string[];
  readonly warnings: string[];
  /** For one place, e.g. one file: what it sets wins over all places before. */
  from(given: Given): Put;
}

export function createTarget(table: SettingsTable): Target {
  const values: Record<string, unknown> = { ...defaultsOf(table) };
  const given: Record<string, Given> = {};
  return {
    values,
    given,
    words: [],
    warnings: [],
    from(source) {
      const ranks = new Map<string, number>();
      return (key, value, rank = -1) => {
        if (rank >= 0 && rank < (ranks.get(key) ?? -1)) return;
        values[key] = value;
        given[key] = source;
        ranks.set(key, rank);
      };
    },
  };
}

/** A warning for a deprecated name. */
export const oldName = (where: string, name: string, { instead }: Found): string =>
  `${where}${name} is an old name: say ${instead}.`;
