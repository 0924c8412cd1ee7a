// What a cluster is asked to be, and what of it this program holds.
import type { ProfileClaim } from '@muster/config';
import type { LaunchHandle } from '@muster/launchers';
import type { JsonObject } from '@muster/protocol';
import { describeOptions } from '../cluster-file.ts';
import type { Launchers } from '../launchers.ts';
import type { SavedOrder } from '../notes.ts';
import type { Place } from '../place.ts';
import type { ClusterProgress } from '../progress.ts';
import type { StartValues } from '../settings.ts';
import { controllerArguments } from '../specs.ts';

/** What is to be started, and where. */
export interface Order {
  readonly place: Place;
  readonly values: StartValues;
  /** Further arguments of the controller. */
  readonly rest: readonly string[];
  readonly launchers: Launchers;
  /** Kept with the cluster, so that a restart is the same again. */
  readonly saved?: SavedOrder | undefined;
  readonly tell: (progress: ClusterProgress) => void;
}

/** What this program started or took over, and has not ended. */
export interface Held {
  controller: LaunchHandle | undefined;
  engineSets: Record<string, LaunchHandle>;
  claim: ProfileClaim | undefined;
  /** Section `cluster` of the file. */
  options: JsonObject;
  /** The latest start, by performance.now(). */
  began: number;
}

export const holdNothing = ({ values, rest }: Order): Held => ({
  controller: undefined,
  engineSets: {},
  claim: undefined,
  options: describeOptions({ ...values, controllerArguments: controllerArguments(values, rest) }),
  began: performance.now(),
});
