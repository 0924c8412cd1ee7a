// The status of a profile, as it is written and read again.
import type { LaunchRecord } from './launches.ts';

export type ConditionType = 'Ready' | 'Launched' | 'Draining';

export interface Condition {
  readonly type: ConditionType;
  readonly status: 'True' | 'False' | 'Unknown';
  /** One word in camel case, for programs. */
  readonly reason: string;
  /** For people. */
  readonly message: string;
  /** When `status` changed: RFC 3339 in UTC. */
  readonly lastTransitionTime: string;
  readonly observedGeneration: number;
}

export interface ProfileStatus {
  /** Of the spec that this status speaks of. */
  readonly observedGeneration: number;
  /** Name of the launcher in use. */
  readonly launcher?: string;
  /** Engines that the spec asks for. */
  readonly desired: number;
  /** Engines that a launcher has and that have not ended. */
  readonly launched: number;
  /** Of those, registered at the hub. */
  readonly registered: number;
  readonly conditions: readonly Condition[];
  readonly launches: readonly LaunchRecord[];
}

export const emptyStatus: ProfileStatus = {
  observedGeneration: 0,
  desired: 0,
  launched: 0,
  registered: 0,
  conditions: [],
  launches: [],
};
