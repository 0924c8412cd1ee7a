// The logic of `after` and `follow` (§6.3, §6.4), told of one ended id after the other: O(1) each.
import type { Outcome } from './memory.ts';
import type { Engine, Impossible, Requirement } from './state.ts';
import type { DependencyWish } from './wishes.ts';

/** A requirement of which nothing is known yet. */
export const createRequirement = ({ ids, all, success, failure }: DependencyWish): Requirement => ({
  all,
  success,
  failure,
  waitingFor: new Set(ids),
  good: false,
  impossible: undefined,
  hosts: new Set(),
});

// Python answers the first two with an empty evalue, and hangs on the others (§12.4).
const unreachable: Impossible = { why: 'a dependency has ended in a way that can never meet it', evalue: '' };
const scattered: Impossible = { why: 'the tasks to follow have run on more than one engine', evalue: '' };
const hostless = (why: string): Impossible => ({ why, evalue: why });
const neverRan = hostless('a task to follow ended without running on any engine');
const hostGone = hostless('the engine on which a task to follow has run is gone');
const noHostLeft = hostless('none of the tasks to follow has run on an engine that is still there');

const counts = (requirement: Requirement, outcome: Outcome): boolean =>
  outcome.ok ? requirement.success : requirement.failure;

/** An id of `after` has ended. */
export function noteAfter(after: Requirement, msgId: string, outcome: Outcome): void {
  if (!after.waitingFor.delete(msgId)) return;
  if (counts(after, outcome)) after.good = true;
  else if (after.all) after.impossible ??= unreachable;
  if (!after.all && !after.good && after.waitingFor.size === 0) after.impossible ??= unreachable;
}

/** An id of `follow` has ended. `host`: the engine on which it ran, if that is still there. */
export function noteFollow(follow: Requirement, msgId: string, outcome: Outcome, host: Engine | undefined): void {
  if (!follow.waitingFor.delete(msgId)) return;
  if (!counts(follow, outcome)) {
    if (follow.all) follow.impossible ??= unreachable;
  } else {
    follow.good = true;
    addHost(follow, outcome, host);
  }
  if (!follow.all && follow.waitingFor.size === 0 && follow.hosts.size === 0)
    follow.impossible ??= follow.good ? noHostLeft : unreachable;
}

function addHost(follow: Requirement, outcome: Outcome, host: Engine | undefined): void {
  if (host === undefined) {
    if (follow.all) follow.impossible ??= outcome.host === 0 ? neverRan : hostGone;
  } else if (follow.all && follow.hosts.size > 0 && !follow.hosts.has(host)) follow.impossible ??= scattered;
  else follow.hosts.add(host);
}

/** An engine is gone; what ran there can no longer be followed. */
export function dropHost(follow: Requirement, engine: Engine): void {
  if (!follow.hosts.delete(engine)) return;
  if (follow.all) follow.impossible ??= hostGone;
  else if (follow.hosts.size === 0 && follow.waitingFor.size === 0) follow.impossible ??= noHostLeft;
}

/** The task may run as far as `after` is concerned. */
export const isAfterMet = (after: Requirement): boolean => (after.all ? after.waitingFor.size === 0 : after.good);

/** Some engine has what is to be followed. */
export const isFollowMet = (follow: Requirement): boolean =>
  follow.all ? follow.waitingFor.size === 0 : follow.hosts.size > 0;
