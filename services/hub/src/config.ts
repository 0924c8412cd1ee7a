import type { HubSettings } from './core/index.ts';

/** What a hub does where it runs. */
type HubRole = Pick<HubSettings, 'keepsEngines' | 'acceptsShutdown' | 'since' | 'probesIdle'>;

/** Settings of the hub; each with its meaning, unit, default and least value in `configTable`. */
export interface HubConfig extends Omit<HubSettings, 'heartbeatPeriodMs' | keyof HubRole> {
  readonly replayMemory: number;
  readonly storeBacklogLimit: number;
  readonly storeBacklogBytes: number;
  readonly storeStopMs: number;
}

interface ConfigEntry {
  readonly default: number;
  readonly min: number;
  readonly unit: string;
  readonly description: string;
}

export const configTable = {
  registrationTimeoutMs: {
    default: 0,
    min: 0,
    unit: 'ms',
    description:
      "From an engine's registration to its first heartbeat. 0: 30 s or ten heartbeats, whichever is longer (§12.18).",
  },
  strandedGraceMs: {
    default: 5000,
    min: 0,
    unit: 'ms',
    description: 'How long results of direct requests are waited for after their engine is gone; then they are errors.',
  },
  shutdownDelayMs: {
    default: 1000,
    min: 0,
    unit: 'ms',
    description: 'From the answer to a shutdown_request to the end of the controller.',
  },
  probeSettleMs: {
    default: 3000,
    min: 0,
    unit: 'ms',
    description: 'From the start of a relay, or of a hub after another, until lost direct requests are looked for.',
  },
  probeAgainMs: {
    default: 30_000,
    min: 1,
    unit: 'ms',
    description: 'From a search for lost direct requests that got no answer to the next; doubled, up to 20 times.',
  },
  resultMaxAgeMs: {
    default: 7 * 86_400_000,
    min: 0,
    unit: 'ms',
    description: 'How long results are kept in the task store, from the moment when they came. 0: for ever.',
  },
  pendingRegistrationLimit: {
    default: 10_000,
    min: 1,
    unit: 'engines',
    description: 'Most engines registering at once; others are refused.',
  },
  engineLimit: {
    default: 100_000,
    min: 1,
    unit: 'engines',
    description: 'Most engines registered or registering; others are refused.',
  },
  pendingTaskLimit: {
    default: 2_000_000,
    min: 1,
    unit: 'tasks',
    description: 'Most requests without a result that are known by heart; beyond, the oldest is left to the store.',
  },
  completedTaskLimit: {
    default: 100_000,
    min: 2,
    unit: 'tasks',
    description: 'Most completed tasks known by id; of older ones the store is asked.',
  },
  completedPerEngineLimit: {
    default: 1000,
    min: 1,
    unit: 'tasks',
    description: 'Most completed ids shown for an engine by a verbose queue_request.',
  },
  storeAnswerMs: {
    default: 60_000,
    min: 1,
    unit: 'ms',
    description: 'How long the task store may take to answer; then whoever asked gets an error.',
  },
  storeQuestionLimit: {
    default: 10_000,
    min: 1,
    unit: 'requests',
    description: 'Most requests waiting for the task store; others are refused.',
  },
  dismissAfterMs: {
    default: 0,
    min: 0,
    unit: 'ms',
    description:
      'From the first heartbeat of an engine that was never registered here until it is told to end. 0: never.',
  },
  lostEngineLimit: {
    default: 10_000,
    min: 1,
    unit: 'engines',
    description: 'Most engines remembered that stopped answering pings, to take them back when they wake up.',
  },
  replayMemory: {
    default: 65_536,
    min: 1,
    unit: 'messages',
    description: 'How many signatures are remembered at least, to refuse messages that are sent twice (§3.3).',
  },
  storeBacklogLimit: {
    default: 100_000,
    min: 1,
    unit: 'writes',
    description:
      'Most writes waiting for a slow task store; further output is dropped, and requests and results beyond four times as many; this is logged.',
  },
  storeStopMs: {
    default: 10_000,
    min: 0,
    unit: 'ms',
    description: 'How long the end of the hub waits for the task store to take what waits for it.',
  },
  storeBacklogBytes: {
    default: 64 * 2 ** 20,
    min: 1,
    unit: 'bytes',
    description: 'Most bytes of writes waiting for a slow task store, beside those that it has taken; as above.',
  },
} as const satisfies Record<keyof HubConfig, ConfigEntry>;

export const defaultConfig: HubConfig = Object.fromEntries(
  Object.entries(configTable).map(([key, entry]) => [key, entry.default]),
) as unknown as HubConfig;

/** The core's settings; `registrationTimeoutMs` 0 follows the heartbeat. */
export const settingsOf = (
  config: HubConfig,
  heartbeatPeriodMs: number,
  { keepsEngines = false, acceptsShutdown = true, since, probesIdle = false }: Partial<HubRole> = {},
): HubSettings => ({
  ...config,
  keepsEngines,
  acceptsShutdown,
  since,
  probesIdle,
  heartbeatPeriodMs,
  registrationTimeoutMs: config.registrationTimeoutMs || Math.max(30_000, 10 * heartbeatPeriodMs),
});
