import type { Effects, Inputs } from '@muster/machine';
import { onDrainEnded, onDrainStarted } from './draining.ts';
import type { SchedulerSend } from './effects.ts';
import { fail } from './ending.ts';
import { onGraceOver, onRegistered, onUnregistered } from './engines.ts';
import type { SchedulerEvent } from './events.ts';
import { onEnginesListed, onTargetsChecked } from './listing.ts';
import { onPortsOpened, onProbeDue, probePrefix } from './probing.ts';
import { onOutcomesRecalled } from './recalling.ts';
import { onRecovered } from './recovery.ts';
import { onAnswered } from './replies.ts';
import { settle } from './settling.ts';
import type { State } from './state.ts';
import { onStopRequested } from './stopping.ts';
import { onSubmitted } from './submission.ts';
import type { Turn } from './turn.ts';
import { createTurn } from './turn.ts';

/** The one door of the scheduler. */
export function step(state: State, event: SchedulerEvent, inputs: Inputs): Effects<never, SchedulerSend> {
  const turn = createTurn(state, inputs);
  handle(turn, event);
  settle(turn);
  return turn.out;
}

function handle(turn: Turn, event: SchedulerEvent): void {
  switch (event.type) {
    case 'task.submitted':
      return onSubmitted(turn, event);
    case 'task.answered':
      return onAnswered(turn, event);
    case 'engine.registered':
      return onRegistered(turn, event.engine);
    case 'engine.unregistered':
      return onUnregistered(turn, event.engine);
    case 'engines.listed':
      return onEnginesListed(turn, event);
    case 'targets.checked':
      return onTargetsChecked(turn, event.msgIds);
    case 'outcomes.recalled':
      return onOutcomesRecalled(turn, event);
    case 'task.recovered':
      return onRecovered(turn, event);
    case 'ports.opened':
      return onPortsOpened(turn);
    case 'drain.started':
      return onDrainStarted(turn, event.uuid);
    case 'drain.ended':
      return onDrainEnded(turn, event.uuid);
    case 'stop.requested':
      return onStopRequested(turn, event.msgIds);
    case 'timer.fired':
      return onTimer(turn, event.id);
  }
}

function onTimer(turn: Turn, id: string): void {
  const { state, inputs, out } = turn;
  const engine = state.lost.get(id);
  if (engine) return onGraceOver(turn, engine);
  if (id.startsWith(probePrefix)) return onProbeDue(turn, id);
  const task = state.tasks.get(id.slice('timeout:'.length));
  if (task?.deadlineUs === undefined) return;
  if (task.deadlineUs > inputs.nowUs) {
    // It was set anew while this firing was under way, or the clock was put back.
    out.setTimer(id, task.deadlineUs);
    return;
  }
  // The timer is gone by itself.
  task.deadlineUs = undefined;
  fail(turn, task, {
    ename: 'TaskTimeout',
    evalue: '',
    why: `no engine took the task within ${task.timeoutMs / 1000} s`,
  });
}
