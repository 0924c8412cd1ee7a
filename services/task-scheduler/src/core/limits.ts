/** Names of the schemes (§6.2). */
export const schemeNames = ['leastload', 'lru', 'plainrandom', 'twobin', 'weighted', 'pure'] as const;
export type SchemeName = (typeof schemeNames)[number];

/** What the core needs to know from the configuration; see config.ts for meanings and defaults. */
export interface SchedulerLimits {
  readonly schemeName: SchemeName;
  readonly hwm: number;
  readonly graceMs: number;
  readonly rememberedTasks: number;
  readonly maxWaitingTasks: number;
  readonly maxWaitingBytes: number;
  readonly maxMessageBytes: number;
}
