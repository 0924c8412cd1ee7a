// Where services are apart, an engine gets work only when it has answered a probe. Its connection may not be there yet, and
// what is sent to it would vanish (§2.1). And since engines work and answer in order, the answer says that nothing is under
// way any more of what an earlier scheduler had given it.
import type { Message } from '@muster/protocol';
import { release } from './engine-life.ts';
import { loseTask, lostOnTheWay } from './losing.ts';
import { openFor } from './settling.ts';
import type { Engine } from './state.ts';
import { tasksIn } from './task-list.ts';
import type { Turn } from './turn.ts';

export const probePrefix = 'probe:';
const probeTimer = (engine: Engine): string => `${probePrefix}${engine.serial}`;

/** In the headers of probes: the answers to those of an earlier process are for nobody. */
export const prober = 'muster-probe';

const firstPauseMs = 250;
const longestPauseMs = 60_000;

/** Sends a probe, and the next one after a longer pause each time: it may have been lost, or wait behind long tasks. */
export function probe(turn: Turn, engine: Engine): void {
  const { state, inputs, out } = turn;
  const header = { ...state.headers.next('execute_request', inputs.nowUs), username: prober };
  const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** engine.probes.length);
  engine.probes.push(header.msg_id);
  state.probes.set(header.msg_id, engine);
  out.send({ type: 'engine.probe', engineUuid: engine.uuid, header });
  out.setTimer(probeTimer(engine), inputs.nowUs + pauseMs * 1000);
}

export function onProbeDue(turn: Turn, timerId: string): void {
  const engine = turn.state.hosts.get(Number(timerId.slice(probePrefix.length)));
  if (engine !== undefined && !engine.proven) probe(turn, engine);
}

/** What was sent before has reached nobody. */
export function onPortsOpened(turn: Turn): void {
  for (const engine of turn.state.engines.values()) {
    if (engine.proven) continue;
    endProbing(turn, engine);
    probe(turn, engine);
  }
}

/** Nobody waits for its answers any more. */
export function endProbing(turn: Turn, engine: Engine): void {
  if (engine.probes.length === 0) return;
  for (const msgId of engine.probes) turn.state.probes.delete(msgId);
  engine.probes = [];
  turn.out.clearTimer(probeTimer(engine));
}

export function onProbeAnswered(turn: Turn, engine: Engine, message: Message): void {
  if (!isInOrder(message)) return;
  endProbing(turn, engine);
  engine.proven = true;
  for (const task of tasksIn(engine.running)) {
    if (!task.adopted) continue;
    release(turn, task, engine);
    loseTask(turn, task, engine, lostOnTheWay(task));
  }
  openFor(turn, engine);
}

/** What was aborted, and what found too long a queue, is answered before its turn. */
function isInOrder(message: Message): boolean {
  try {
    const { status, ename } = message.content;
    return status !== 'aborted' && ename !== 'EngineBusy';
  } catch {
    return false;
  }
}
