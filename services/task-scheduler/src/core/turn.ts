import type { Inputs } from '@muster/machine';
import { Outbox } from '@muster/machine';
import type { SchedulerSend } from './effects.ts';
import type { Outcome } from './memory.ts';
import type { Engine, State, Task } from './state.ts';

/** What one step works on. Handlers fill `released`, `ended` and `freed`; `settle` follows up on them. */
export interface Turn {
  readonly state: State;
  readonly inputs: Inputs;
  readonly out: Outbox<never, SchedulerSend>;
  /** Tasks that may run now and have no place yet. */
  released: Task[];
  /** Ids that ended in this step and on which others depend. */
  ended: { readonly msgId: string; readonly outcome: Outcome }[];
  /** The engine that got room in this step. */
  freed: Engine | undefined;
}

export const createTurn = (state: State, inputs: Inputs): Turn => ({
  state,
  inputs,
  out: new Outbox(),
  released: [],
  ended: [],
  freed: undefined,
});
