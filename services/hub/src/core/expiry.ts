// Time to live of results: what is older than the limit is removed from the store, and answered by ResultExpired.
import type { Inputs } from '@muster/machine';
import { keyErrorValue } from '@muster/protocol';
import type { Out } from './effects.ts';
import type { HubState } from './state.ts';

export const expiryTimer = 'expiry';

const [shortestPeriodMs, longestPeriodMs] = [1000, 60_000];

/** At the start and then once a minute; more often where results live less than that. */
export function onExpiryDue({ settings }: HubState, { nowUs }: Inputs, out: Out): void {
  const { resultMaxAgeMs } = settings;
  if (resultMaxAgeMs === 0) return;
  out.send({ type: 'store.expire', receivedBefore: nowUs - resultMaxAgeMs * 1000 });
  const periodMs = Math.min(longestPeriodMs, Math.max(shortestPeriodMs, resultMaxAgeMs));
  out.setTimer(expiryTimer, nowUs + periodMs * 1000);
}

/** What a client is told of a task whose record a limit has removed. */
export const resultExpired = (msgId: string): { readonly ename: string; readonly evalue: string } => ({
  ename: 'ResultExpired',
  evalue: `The record of task ${keyErrorValue(msgId)} has expired: records are kept for a limited time, in limited number and size.`,
});
