// What a reconciliation wants done, in this order. `status.write` stands before the launches that it announces: who
// performs the effects stops at one that fails.
import type { LaunchRecord } from './launches.ts';
import type { ProfileStatus } from './status.ts';

export type OperatorEffect =
  /** Keep the profile until all is removed. */
  | { readonly type: 'profile.hold' }
  | { readonly type: 'status.write'; readonly status: ProfileStatus }
  | { readonly type: 'launch.submit'; readonly launch: LaunchRecord }
  | { readonly type: 'launch.remove'; readonly launch: LaunchRecord }
  | { readonly type: 'engines.drain'; readonly uuids: readonly string[] }
  | { readonly type: 'engines.resume'; readonly uuids: readonly string[] }
  | { readonly type: 'engine.shutdown'; readonly uuid: string }
  /** Nothing is left: let it go. */
  | { readonly type: 'profile.release' }
  | { readonly type: 'event.tell'; readonly event: ProfileEvent }
  /** Look again after so long, if nothing happens before. */
  | { readonly type: 'requeue'; readonly afterMs: number };

export interface ProfileEvent {
  readonly type: 'Normal' | 'Warning';
  /** One word in camel case. */
  readonly reason: string;
  readonly message: string;
}
