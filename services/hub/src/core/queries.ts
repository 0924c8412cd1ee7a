// The query channel: every request that can be read is answered, unknown and malformed ones by errors (§4.1).
import type { Inputs } from '@muster/machine';
import type { JsonObject } from '@muster/protocol';
import type { QueryRequest } from '@muster/protocol/messages';
import { checkQuery } from '@muster/protocol/messages';
import { noAnswer, replyTypes, takeAsk, takeOverdue } from './asks.ts';
import { onBecomeDask, onStopDask } from './dask.ts';
import { checkAtDoor } from './doors.ts';
import type { Out } from './effects.ts';
import type { HubEvent, StoreAnswer } from './events.ts';
import { onLostFound } from './probing.ts';
import { onLoadRequest, onQueueRequest } from './queues.ts';
import { contentOf } from './records.ts';
import { onRegistrationRequest, onUnregistrationRequest } from './registration.ts';
import { fail, reply } from './reply.ts';
import { onResubmitAnswer, onResubmitRequest } from './resubmit.ts';
import { onResultAnswer, onResultRequest } from './results.ts';
import type { Ask, Asker, HubState, LostAsk } from './state.ts';
import {
  onDbAnswer,
  onDbRequest,
  onHistoryAnswer,
  onHistoryRequest,
  onPurgeAnswer,
  onPurgeRequest,
} from './stored-tasks.ts';

export const shutdownTimer = 'shutdown';

export function onQuery(
  state: HubState,
  event: Extract<HubEvent, { type: 'query.received' }>,
  inputs: Inputs,
  out: Out,
): void {
  const { door, peer, message } = event;
  const asker: Asker = { door, peer, header: message.header };
  const msgType = message.header.msg_type;
  const content = contentOf(message);
  const checked = checkAtDoor(door, checkQuery(msgType, content));
  if (checked.ok) return answer(state, asker, checked.request, inputs, out);
  const { ename, evalue, code } = checked.refusal;
  out.send({
    type: 'note',
    level: 'warn',
    what: 'request refused',
    fields: { msgType: msgType.slice(0, 100), why: code },
  });
  // An engine that registers looks at the type of its answer; clients look at the content only.
  fail(out, asker, msgType === 'registration_request' ? 'registration_reply' : 'hub_error', ename, evalue);
}

function answer(state: HubState, asker: Asker, request: QueryRequest, inputs: Inputs, out: Out): void {
  const { type, content } = request;
  switch (type) {
    case 'registration_request':
      return onRegistrationRequest(state, asker, content, inputs, out);
    case 'unregistration_request':
      return onUnregistrationRequest(state, asker.peer, content.id ?? null, inputs, out);
    case 'connection_request':
      return onConnectionRequest(state, asker, out);
    case 'queue_request':
      return onQueueRequest(state, asker, content.targets ?? null, content.verbose ?? false, out);
    case 'load_request':
      return onLoadRequest(state, asker, content.targets ?? null, out);
    case 'result_request':
      return onResultRequest(state, asker, content.msg_ids, content.status_only ?? false, inputs, out);
    case 'history_request':
      return onHistoryRequest(state, asker, inputs, out);
    case 'db_request':
      return onDbRequest(state, asker, content.query ?? {}, content.keys ?? null, inputs, out);
    case 'purge_request':
      return onPurgeRequest(state, asker, content.msg_ids ?? [], content.engine_ids ?? [], inputs, out);
    case 'resubmit_request':
      return onResubmitRequest(state, asker, content.msg_ids, inputs, out);
    case 'shutdown_request':
      return onShutdownRequest(state, asker, inputs, out);
    case 'become_dask_request':
      return onBecomeDask(state, asker, content.scheduler_args ?? {}, out);
    case 'stop_distributed_request':
      return onStopDask(state, asker, out);
  }
}

function onConnectionRequest(state: HubState, asker: Asker, out: Out): void {
  const engines: JsonObject = {};
  const kernels: JsonObject = {};
  for (const { id, uuid, kernel } of state.engines.values()) {
    engines[id] = uuid;
    kernels[id] = kernel;
  }
  reply(out, asker, 'connection_reply', { engines, kernels });
}

/** For those who asked; the name of the error is one that Python has. */
const shutdownRefusal =
  'clients cannot end this cluster: what runs its services would start them again. End it there ' +
  '(helm uninstall, docker compose down, systemctl stop), or run the hub with --client-shutdown=end';

function onShutdownRequest(state: HubState, asker: Asker, inputs: Inputs, out: Out): void {
  if (!state.settings.acceptsShutdown) {
    out.send({ type: 'note', level: 'warn', what: 'shutdown refused', fields: { remedy: '--client-shutdown=end' } });
    return fail(out, asker, 'shutdown_reply', 'PermissionError', shutdownRefusal);
  }
  reply(out, asker, 'shutdown_reply', {});
  if (state.shuttingDown) return;
  state.shuttingDown = true;
  const content = { status: 'ok' };
  out.send({ type: 'clients.notify', msgType: 'shutdown_notification', parent: asker.header, content });
  out.send({ type: 'note', level: 'info', what: 'shutdown requested', fields: {} });
  out.setTimer(shutdownTimer, inputs.nowUs + state.settings.shutdownDelayMs * 1000);
}

/** The store has answered; a request that is not known any more is nobody's. */
export function onStoreAnswered(state: HubState, askId: number, answer: StoreAnswer, inputs: Inputs, out: Out): void {
  const ask = takeAsk(state, askId, out);
  if (ask !== undefined) answerAsk(state, ask, answer, inputs, out);
}

/** The store hangs, or is too slow. */
export function onAsksOverdue(state: HubState, inputs: Inputs, out: Out): void {
  for (const ask of takeOverdue(state, inputs, out)) answerAsk(state, ask, noAnswer(state), inputs, out);
}

function answerAsk(state: HubState, ask: Ask | LostAsk, answer: StoreAnswer, inputs: Inputs, out: Out): void {
  if (ask.type === 'lost') onLostFound(state, ask, answer, inputs, out);
  else if (ask.type === 'result') onResultAnswer(ask, answer, out);
  else if (answer.type === 'failed') fail(out, ask, replyTypes[ask.type], answer.ename, answer.evalue);
  else if (ask.type === 'history' && answer.type === 'history') onHistoryAnswer(ask, answer, out);
  else if (ask.type === 'db' && answer.type === 'records') onDbAnswer(ask, answer, out);
  else if (ask.type === 'purge' && answer.type === 'removed') onPurgeAnswer(ask, out);
  else if (ask.type === 'resubmit' && answer.type === 'found') onResubmitAnswer(state, ask, answer, inputs, out);
  else fail(out, ask, replyTypes[ask.type], 'RuntimeError', `the task store answered ${ask.type} with ${answer.type}`);
}
