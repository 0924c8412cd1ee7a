import type { UntilOptions } from '@muster/testkit';
import { until as untilWithin } from '@muster/testkit';

/** As that of the testkit; with patience for a machine on which everything else runs, too. */
export const until = <T>(condition: () => T | Promise<T>, options: UntilOptions) =>
  untilWithin(condition, { timeoutMs: 30_000, ...options });
