import type { Effects, Inputs, TimerFired } from '@muster/machine';
import { Outbox } from '@muster/machine';
import { asksTimer } from './asks.ts';
import { onDaskEnded, onDaskFailed, onDaskStarted } from './dask.ts';
import { doubtfulTimer, onDoubtEnded } from './doubtful.ts';
import { earlyTimer, onEarlyTimer } from './early-news.ts';
import type { HubSend, HubWrite, Out } from './effects.ts';
import { saveEngines } from './engine-state.ts';
import type { HubEvent } from './events.ts';
import { expiryTimer, onExpiryDue } from './expiry.ts';
import { onPublished } from './output.ts';
import {
  isRenewTimer,
  onProbeAgain,
  onProbed,
  onProbeTimer,
  onRenewTimer,
  onServiceStarted,
  probeAgainTimer,
  probeTimer,
} from './probing.ts';
import { onAsksOverdue, onQuery, onStoreAnswered, shutdownTimer } from './queries.ts';
import { onHeartStarted, onHeartStopped, onRegistrationTimeout, registrationTimer } from './registration.ts';
import { onRestored } from './restoring.ts';
import type { HubState } from './state.ts';
import { onGraceEnded, strandedTimer } from './stranded.ts';
import { onReused, onStrangerTimer, strangerTimer } from './strangers.ts';
import { onDirectReplied, onDirectRequested, onTaskDispatched, onTaskFinished, onTaskReceived } from './tasks.ts';

/** The one door of the hub's core. */
export function step(state: HubState, event: HubEvent | TimerFired, inputs: Inputs): Effects<HubWrite, HubSend> {
  const out: Out = new Outbox();
  switch (event.type) {
    case 'query.received':
      onQuery(state, event, inputs, out);
      break;
    case 'store.answered':
      onStoreAnswered(state, event.askId, event.answer, inputs, out);
      break;
    case 'direct.requested':
      onDirectRequested(state, event, inputs, out);
      break;
    case 'direct.replied':
      onDirectReplied(state, event, inputs, out);
      break;
    case 'task.received':
      onTaskReceived(state, event, inputs, out);
      break;
    case 'task.dispatched':
      onTaskDispatched(state, event, out);
      break;
    case 'task.finished':
      onTaskFinished(state, event, inputs, out);
      break;
    case 'direct.probed':
      onProbed(state, event, inputs, out);
      break;
    case 'service.started':
      onServiceStarted(state, event, inputs, out);
      break;
    case 'hub.started':
      // What another one has left there is not this one's.
      if (state.settings.since !== undefined) saveEngines(out);
      onExpiryDue(state, inputs, out);
      break;
    case 'hub.restored':
      onRestored(state, event, inputs, out);
      break;
    case 'hub.reused':
      onReused(state, event.former);
      break;
    case 'iopub.published':
      onPublished(state, event, inputs, out);
      break;
    case 'heart.started':
      onHeartStarted(state, event.uuid, inputs, out);
      break;
    case 'heart.stopped':
      onHeartStopped(state, event.uuid, inputs, out);
      break;
    case 'dask.started':
      onDaskStarted(state, event.address, out);
      break;
    case 'dask.failed':
      onDaskFailed(state, event.why, out);
      break;
    case 'dask.ended':
      onDaskEnded(state, event.why, out);
      break;
    case 'timer.fired':
      onTimer(state, event.id, inputs, out);
      break;
  }
  return out;
}

function onTimer(state: HubState, id: string, inputs: Inputs, out: Out): void {
  if (id === shutdownTimer) out.send({ type: 'controller.stop' });
  else if (id === expiryTimer) onExpiryDue(state, inputs, out);
  else if (id === asksTimer) onAsksOverdue(state, inputs, out);
  else if (id === earlyTimer) onEarlyTimer(state, out);
  else if (id === probeTimer) onProbeTimer(state, inputs, out);
  else if (id === probeAgainTimer) onProbeAgain(state, inputs, out);
  else if (isRenewTimer(id)) onRenewTimer(state, id, inputs, out);
  else if (id.startsWith(registrationTimer)) onRegistrationTimeout(state, id.slice(registrationTimer.length), out);
  else if (id.startsWith(doubtfulTimer)) onDoubtEnded(state, id.slice(doubtfulTimer.length), out);
  else if (id.startsWith(strangerTimer)) onStrangerTimer(state, id.slice(strangerTimer.length), out);
  else if (id.startsWith(strandedTimer)) onGraceEnded(state, id.slice(strandedTimer.length), inputs, out);
}
