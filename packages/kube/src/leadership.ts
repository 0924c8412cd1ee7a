// One of several programs leads: the one that holds a Lease and renews it. By the rules of client-go, so that a clock that
// is wrong harms nobody: what counts is how long we have seen the lease unchanged.
import type { KubeApi } from './api.ts';
import { isAlreadyExists, isConflict } from './errors.ts';
import type { Lease } from './objects.ts';
import { leases } from './objects.ts';
import { pause } from './pause.ts';

export interface LeadershipOptions {
  readonly api: KubeApi;
  /** Name of the Lease. */
  readonly name: string;
  readonly namespace?: string | undefined;
  /** Who we are: different for every program, e.g. the name of the pod. */
  readonly identity: string;
  /** How long others wait for a leader that is silent; whole seconds. Default 15,000. */
  readonly leaseMs?: number | undefined;
  /** How often it is renewed, or asked for. Default a third of `leaseMs`. */
  readonly renewMs?: number | undefined;
  onGained(): void;
  /** It could not be renewed in time, or somebody else has it: stop at once what only one may do. */
  onLost(): void;
  onTrouble?(error: unknown): void;
}

export interface Leadership {
  readonly isLeader: boolean;
  /** Gives it up, so that the next one need not wait. */
  stop(): Promise<void>;
}

/** Times of Leases have microseconds. */
const microTime = (): string => new Date().toISOString().replace('Z', '000Z');

interface Seen {
  readonly version: string;
  readonly atMs: number;
}

function createClaim(options: LeadershipOptions, leaseMs: number) {
  const { api, name, namespace, identity } = options;
  let seen: Seen = { version: '', atMs: 0 };

  const isTaken = ({ metadata, spec }: Lease): boolean => {
    if (seen.version !== metadata.resourceVersion)
      seen = { version: metadata.resourceVersion ?? '', atMs: performance.now() };
    if (!spec?.holderIdentity || spec.holderIdentity === identity) return false;
    return performance.now() - seen.atMs < (spec.leaseDurationSeconds ?? leaseMs / 1000) * 1000;
  };
  const claimed = (before: Lease['spec'], now: string): NonNullable<Lease['spec']> => {
    const kept = before?.holderIdentity === identity;
    return {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(leaseMs / 1000),
      acquireTime: kept ? (before?.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: (before?.leaseTransitions ?? 0) + (kept || before === undefined ? 0 : 1),
    };
  };
  /** True when the lease is ours now. */
  async function claim(): Promise<boolean> {
    const lease = await api.get(leases, name, { namespace });
    try {
      if (lease === undefined) {
        await api.create(leases, { metadata: { name, namespace }, spec: claimed(undefined, microTime()) });
        return true;
      }
      if (isTaken(lease)) return false;
      const { resourceVersion } = lease.metadata;
      await api.patch(leases, name, { spec: claimed(lease.spec, microTime()) }, { namespace, resourceVersion });
      return true;
    } catch (error) {
      if (isConflict(error) || isAlreadyExists(error)) return false;
      throw error;
    }
  }
  async function release(): Promise<void> {
    const lease = await api.get(leases, name, { namespace });
    if (lease?.spec?.holderIdentity !== identity) return;
    const spec = { holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime() };
    await api.patch(leases, name, { spec }, { namespace, resourceVersion: lease.metadata.resourceVersion });
  }
  return { claim, release };
}

/** Starts to ask for it at once. */
export function createLeadership(options: LeadershipOptions): Leadership {
  const { onGained, onLost, onTrouble, leaseMs = 15_000, renewMs = leaseMs / 3 } = options;
  const { claim, release } = createClaim(options, leaseMs);
  const abort = new AbortController();
  let isLeader = false;
  let expiry: NodeJS.Timeout | undefined;

  function lose(): void {
    clearTimeout(expiry);
    if (!isLeader) return;
    isLeader = false;
    onLost();
  }
  /** `sinceMs`: before the claim was sent. We stop well before others may begin. */
  function keep(sinceMs: number): void {
    clearTimeout(expiry);
    const leftMs = sinceMs + (leaseMs * 2) / 3 - performance.now();
    if (leftMs <= 0) return lose();
    expiry = setTimeout(lose, leftMs);
    if (isLeader) return;
    isLeader = true;
    onGained();
  }
  async function run(): Promise<void> {
    while (!abort.signal.aborted) {
      const sinceMs = performance.now();
      try {
        const mine = await claim();
        if (abort.signal.aborted) break;
        if (mine) keep(sinceMs);
        else lose();
      } catch (error) {
        onTrouble?.(error);
      }
      await pause(renewMs, abort.signal);
    }
  }
  const ended = run();
  return {
    get isLeader() {
      return isLeader;
    },
    async stop() {
      abort.abort();
      lose();
      await ended;
      try {
        await release();
      } catch (error) {
        onTrouble?.(error);
      }
    },
  };
}
