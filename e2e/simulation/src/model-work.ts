// What a model engine does with its requests: one after the other, each for a random time and with a random end.
import type { Random, VirtualTime } from '@muster/machine';
import type { Message } from '@muster/protocol';
import { errorContent, formatDate } from '@muster/protocol';
import type { Received, Socket } from '@muster/transport';
import type { ModelWriter } from './model-writer.ts';
import type { Attempt, Outcome, Truth } from './truth.ts';

export interface ModelWork {
  /** A request of the shell: mux, task or broadcast. */
  take(shell: Socket, received: Received, request: Message): void;
  /** A request of the control channel, answered at once. */
  control(socket: Socket, received: Received, request: Message): void;
}

export interface ModelWorkOptions {
  readonly uuid: string;
  readonly time: VirtualTime;
  readonly random: Random;
  readonly truth: Truth;
  readonly writer: ModelWriter;
  readonly publish: (topic: string, message: Message) => void;
  readonly isLiving: () => boolean;
  readonly isHealed: () => boolean;
}

interface Job {
  readonly socket: Socket;
  /** Identity of the controller's socket, to which the answer goes. */
  readonly channel: string;
  readonly client: Uint8Array;
  readonly request: Message;
  readonly attempt: Attempt | undefined;
}

const slowestUs = 400_000;
const slowestHealedUs = 5000;

export function createModelWork(options: ModelWorkOptions): ModelWork {
  const { uuid, time, random, truth, writer, publish, isLiving, isHealed } = options;
  /** The first one runs. */
  const jobs: Job[] = [];

  function startNext(): void {
    const [job] = jobs;
    if (job === undefined) return;
    publish('stdout', writer.write('stream', { name: 'stdout', text: 'x' }, { parentHeader: job.request.header }));
    const slowest = isHealed() ? slowestHealedUs : slowestUs;
    time.at(time.nowUs + Math.floor(random() ** 3 * slowest), () => {
      if (!isLiving()) return;
      jobs.shift();
      answer(job, drawOutcome(job.attempt !== undefined));
      startNext();
    });
  }
  function answer({ socket, channel, client, request, attempt }: Job, outcome: Outcome): void {
    if (attempt) attempt.outcome = outcome;
    const { is_broadcast, is_coalescing, original_msg_id } = request.metadata;
    const status = outcome === 'unmet' ? 'error' : outcome;
    const metadata = {
      ...{ is_broadcast, is_coalescing, original_msg_id, status },
      engine: uuid,
      dependencies_met: outcome !== 'unmet',
      started: formatDate(time.nowUs),
    };
    const replyType = request.header.msg_type.replace('_request', '_reply');
    const reply = writer.write(replyType, contents[outcome], {
      parentHeader: request.header,
      metadata,
      withBuffers: true,
    });
    socket.send(channel, [client, ...reply.toWire()]);
  }
  function drawOutcome(isTask: boolean): Outcome {
    const draw = isHealed() ? 0 : random();
    if (draw < 0.8) return 'ok';
    return isTask && draw < 0.85 ? 'unmet' : 'error';
  }
  /** Those that have not begun; of `msgIds`, all where that is empty. */
  function abort(msgIds: readonly unknown[]): void {
    const isMeant = ({ request }: Job): boolean => msgIds.length === 0 || msgIds.includes(request.header.msg_id);
    const aborted = jobs.slice(1).filter(isMeant);
    for (const job of aborted) {
      jobs.splice(jobs.indexOf(job), 1);
      answer(job, 'aborted');
    }
  }
  return {
    take(socket, { peer, frames }, request) {
      const task = peer === 'task_out' ? truth.tasks.get(request.header.msg_id) : undefined;
      const attempt = task?.attempts.findLast(({ engineUuid }) => engineUuid === uuid);
      jobs.push({ socket, channel: peer, client: frames[0]!.slice(), request, attempt });
      if (jobs.length === 1) startNext();
    },
    control(socket, { peer, frames }, request) {
      const { msg_type: msgType } = request.header;
      const extras = { parentHeader: request.header, metadata: { engine: uuid } };
      if (msgType === 'abort_request') abort(request.content.msg_ids as string[]);
      else if (msgType === 'shutdown_request')
        publish('shutdown', writer.write('shutdown_reply', { status: 'ok' }, { parentHeader: request.header }));
      const reply = writer.write(msgType.replace('_request', '_reply'), { status: 'ok' }, extras);
      socket.send(peer, [frames[0]!.slice(), ...reply.toWire()]);
    },
  };
}

const contents: Record<Outcome, object> = {
  ok: { status: 'ok' },
  error: errorContent('Error', 'made up'),
  unmet: errorContent('UnmetDependency', 'made up'),
  aborted: { status: 'aborted' },
};
