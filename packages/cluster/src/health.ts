// How a cluster is: what runs, what waits, what is registered, what was lost.
import type { LaunchHandle, LaunchStatus } from '@muster/launchers';
import { launchedCount } from '@muster/launchers';
import type { FoundCluster } from './cluster-store.ts';

/** Of a controller or a set of engines. */
export interface PartHealth {
  readonly launcher: string;
  /** `unknown`: its launcher cannot ask now. */
  readonly state: 'running' | 'queued' | 'ended' | 'unknown';
  /** How many were started, as far as they are in the cluster file. */
  readonly n: number;
  readonly running: number;
  /** Jobs or hosts that wait for their system. */
  readonly queued: number;
  /** Those that ended without being asked to. */
  readonly lost: number;
  readonly pids: readonly number[];
  readonly jobId: string | null;
  /** Why it waits, or cannot be asked. */
  readonly notes: readonly string[];
  readonly logs: readonly string[];
}

export interface ClusterHealth {
  readonly clusterId: string;
  readonly profileDir: string;
  readonly state: 'running' | 'starting' | 'engines only' | 'stopped' | 'elsewhere';
  readonly host: string | null;
  readonly controller: PartHealth | null;
  readonly engines: {
    readonly queued: number;
    /** Run, and are not registered yet. */
    readonly starting: number;
    /** In the controller's list; also those that were started by hand. Null where the list cannot be seen. */
    readonly registered: number | null;
    readonly lost: number;
    readonly sets: Readonly<Record<string, PartHealth>>;
  };
  /** The controller's, when it was asked: how long it took to answer. */
  readonly heartbeat: { readonly answeredInMs: number } | { readonly failed: string } | null;
}

export function healthOf(
  whole: {
    readonly controller?: LaunchHandle | undefined;
    readonly engineSets: Readonly<Record<string, LaunchHandle>>;
  },
  cluster: FoundCluster,
  registered: number | null,
  heartbeat: ClusterHealth['heartbeat'],
): ClusterHealth {
  const { clusterId, profileDir, otherHost, statuses, notes } = cluster;
  const elsewhere = otherHost !== undefined;
  const controller = whole.controller === undefined ? null : partHealth(whole.controller, statuses.controller);
  const parts = Object.entries(whole.engineSets).map(([id, set]) => [id, partHealth(set, statuses[id])] as const);
  const sum = (pick: (part: PartHealth) => number): number => parts.reduce((total, [, part]) => total + pick(part), 0);
  const running = sum((part) => part.running);
  const here = controller !== null && controller.state !== 'ended';
  const state = elsewhere
    ? 'elsewhere'
    : here
      ? registered === null || controller.state === 'queued'
        ? 'starting'
        : 'running'
      : running > 0
        ? 'engines only'
        : 'stopped';
  return {
    clusterId,
    profileDir,
    state,
    host: otherHost ?? notes.host ?? null,
    controller,
    engines: {
      queued: sum((part) => part.queued),
      starting: Math.max(0, running - (registered ?? 0)),
      registered,
      lost: sum((part) => part.lost),
      sets: Object.fromEntries(parts),
    },
    heartbeat,
  };
}

function partHealth(handle: LaunchHandle, status: LaunchStatus | undefined): PartHealth {
  const { waiting = [], unknown = [], running = [], ended = [] } = status ?? {};
  const n = launchedCount(handle);
  const whole = handle.n !== undefined;
  const queued = waiting.length === 0 ? 0 : whole ? n : waiting.length;
  const lost = whole ? (running.length === 0 ? n : 0) : ended.length;
  const state =
    status === undefined || unknown.length > 0
      ? 'unknown'
      : running.length === 0
        ? 'ended'
        : waiting.length === running.length
          ? 'queued'
          : 'running';
  const job = handle.state?.job_id;
  return {
    launcher: handle.launcher,
    state,
    n,
    running: status === undefined ? 0 : n - queued - lost,
    queued,
    lost: status === undefined ? 0 : lost,
    pids: Object.values(handle.processes).map(({ pid }) => pid),
    jobId: typeof job === 'string' ? job : null,
    notes: [...waiting, ...unknown].map(({ reason }) => reason),
    logs: Object.values(handle.processes).flatMap(({ outputFile }) => (outputFile === '' ? [] : [outputFile])),
  };
}

/** As lines for people. */
export function formatHealth(health: ClusterHealth, name: string): string {
  const { controller, engines, heartbeat } = health;
  const at = health.state === 'elsewhere' ? ` on ${health.host}` : '';
  const registered = engines.registered === null ? 'not known' : String(engines.registered);
  return [
    `Cluster ${name}: ${health.state}${at}`,
    `Controller: ${controller === null ? 'none' : formatPart(controller)}${formatBeat(heartbeat)}`,
    `Engines: ${registered} registered, ${engines.starting} starting, ${engines.queued} queued, ${engines.lost} lost`,
    ...Object.entries(engines.sets).map(([id, set]) => `  set ${id}: ${formatPart(set)}`),
    '',
  ].join('\n');
}

const formatBeat = (beat: ClusterHealth['heartbeat']): string =>
  beat === null ? '' : 'failed' in beat ? `; does not answer: ${beat.failed}` : `; answered in ${beat.answeredInMs} ms`;

function formatPart({ launcher, state, n, running, pids, jobId, notes }: PartHealth): string {
  const shown = pids.length > 8 ? `${pids.slice(0, 8).join(' ')} …` : pids.join(' ');
  const facts = [
    `${launcher}, ${state}`,
    n === 1 ? '' : `${running} of ${n}`,
    jobId === null ? '' : `job ${jobId}`,
    shown === '' ? '' : `pid ${shown}`,
    ...notes,
  ];
  return facts.filter((fact) => fact !== '').join(', ');
}
