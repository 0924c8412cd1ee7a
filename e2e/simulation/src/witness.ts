// Writes down what passes the controller's sockets: tasks accepted, handed out, returned and answered; engines listed and
// unlisted. Rules that can be judged at once are judged here.
import type { JsonObject, Message } from '@muster/protocol';
import { decodeLatin1 } from '@muster/protocol';
import type { Story } from './story.ts';
import type { Watcher } from './tap.ts';
import type { Attempt, TaskTruth, Truth } from './truth.ts';
import { plainSpec } from './truth.ts';

export interface WitnessOptions {
  readonly truth: Truth;
  readonly story: Story;
  /** Tasks that an engine may have at once; 0: any number. */
  readonly hwm: number;
}

/** More than an engine's farewell takes to the hub. */
const underWayUs = 100_000;

export function createWitness({ truth, story, hwm }: WitnessOptions): Watcher {
  /** What each listed engine works on, as far as the scheduler can know. */
  const running = new Map<string, Map<string, Attempt>>();

  function taskOf(msgId: string): TaskTruth {
    const known = truth.tasks.get(msgId);
    if (known !== undefined) return known;
    // Nobody has asked for it: it was resubmitted.
    const task: TaskTruth = { spec: plainSpec(msgId), client: undefined, attempts: [], endings: [], answers: [] };
    truth.tasks.set(msgId, task);
    return task;
  }
  function onDispatch(engineUuid: string, msgId: string): void {
    const attempt: Attempt = { engineUuid, dispatched: truth.moment() };
    taskOf(msgId).attempts.push(attempt);
    const there = running.get(engineUuid) ?? new Map<string, Attempt>();
    running.set(engineUuid, there.set(msgId, attempt));
    story.tell('scheduler', 'gives', { task: msgId, engine: engineUuid });
    if (hwm > 0 && there.size > hwm)
      truth.broken.push(`engine ${engineUuid} is given ${there.size} tasks, the hwm is ${hwm}`);
  }
  function onReturn(engineUuid: string, msgId: string): void {
    const task = truth.tasks.get(msgId);
    if (task === undefined) return;
    const attempt = task.attempts.findLast((one) => one.engineUuid === engineUuid);
    if (attempt === undefined) truth.broken.push(`engine ${engineUuid} answers ${msgId}, which it was never given`);
    else attempt.returned ??= truth.moment();
    running.get(engineUuid)?.delete(msgId);
    story.tell('scheduler', 'gets back', { task: msgId, engine: engineUuid });
  }
  function onEnding(message: Message, engineUuid: string | undefined): void {
    const task = truth.tasks.get(String(message.parentId));
    if (task === undefined)
      return void truth.broken.push(`the scheduler answers ${message.parentId}, which nobody asked for`);
    const { status, ename } = message.content as JsonObject;
    task.endings.push({
      moment: truth.moment(),
      ok: status === 'ok',
      ename: ename === undefined ? undefined : String(ename),
      engineUuid,
    });
    story.tell('scheduler', 'answers', { task: task.spec.msgId, status, ...(ename !== undefined && { ename }) });
  }
  function onListed(uuid: string, id: number): void {
    const known = truth.listed.get(uuid);
    const moment = truth.moment();
    const left = truth.left.get(uuid);
    if (left !== undefined && moment.us - left.us > underWayUs)
      truth.broken.push(`${uuid} is announced after it has left`);
    if (known === undefined) {
      for (const [other, entry] of truth.listed)
        if (entry.id === id) truth.broken.push(`${uuid} and ${other} are both engine ${id}`);
      truth.listed.set(uuid, { id, spells: [{ from: moment }] });
      return;
    }
    if (known.id !== id) truth.broken.push(`${uuid} was engine ${known.id} and is now ${id}`);
    if (known.spells.at(-1)?.until === undefined) truth.broken.push(`${uuid} is announced twice`);
    known.spells.push({ from: moment });
  }
  function onUnlisted(uuid: string): void {
    const spell = truth.listed.get(uuid)?.spells.at(-1);
    const moment = truth.moment();
    if (spell === undefined || spell.until !== undefined)
      truth.broken.push(`${uuid} is said to be gone, and was not there`);
    else spell.until = moment;
    for (const attempt of running.get(uuid)?.values() ?? []) attempt.lost = moment;
    running.delete(uuid);
  }
  function onNotification({ header, content }: Message): void {
    const [uuid, id] = [String(content.uuid), Number(content.id)];
    story.tell('hub', header.msg_type, { engine: uuid, id });
    if (header.msg_type === 'registration_notification') onListed(uuid, id);
    else if (header.msg_type === 'unregistration_notification') onUnlisted(uuid);
    else if (header.msg_type !== 'shutdown_notification')
      truth.broken.push(`a notification of type ${header.msg_type}`);
  }
  return {
    sent(socket, peer, message, prefix) {
      if (socket === 'task_out') onDispatch(peer, message.header.msg_id);
      else if (socket === 'task_in') onEnding(message, prefix[0] && decodeLatin1(prefix[0]));
      // Output has its topic in front, notifications have nothing.
      else if (prefix.length === 0) onNotification(message);
    },
    received(socket, peer, message) {
      try {
        if (socket === 'task_out') onReturn(peer, String(message.parentId));
        else if (socket === 'task_in') {
          const task = truth.tasks.get(message.header.msg_id);
          if (task !== undefined) task.accepted ??= truth.moment();
        }
      } catch {
        // Garbage: the service's business.
      }
    },
  };
}
