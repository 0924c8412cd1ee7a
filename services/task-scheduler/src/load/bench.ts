// The service between sockets that lead nowhere: messages are made and read here, outside of what is measured.
import { createInProcessBus } from '@muster/bus';
import { createSystemPorts } from '@muster/machine/node';
import type { Frames, PeerId } from '@muster/protocol';
import { encodeText, packJson } from '@muster/protocol';
import { silentLogger } from '@muster/telemetry';
import type { BoundSockets, Received, Socket } from '@muster/transport';
import { createHmacSigner } from '@muster/transport';
import { defaultConfig } from '../config.ts';
import type { SchemeName } from '../core/limits.ts';
import { createTaskSchedulerService } from '../service.ts';

interface BenchOptions {
  readonly engines: number;
  readonly schemeName: SchemeName;
  readonly hwm: number;
}

/** Each returns the microseconds a task that it took the scheduler. */
export interface Bench {
  submit(count: number): number;
  /** Answers a task and submits another one, so many times. */
  turnOver(count: number): number;
  /** Answers until nothing is left. */
  drain(): number;
  /** What was left over. */
  close(): Promise<string[]>;
}

type Receive = (batch: readonly Received[]) => void;
const batchSize = 64;
const key = 'a key of this cluster';

export async function createBench({ engines, schemeName, hwm }: BenchOptions): Promise<Bench> {
  const receivers: Record<string, Receive> = {};
  const given: { engine: PeerId; frames: Frames }[] = [];
  let taken = 0;
  let answered = 0;
  const sockets: BoundSockets = {
    async open({ kind, side }) {
      const socket: Socket = {
        kind,
        bind: async (endpoint) => endpoint,
        connect() {},
        disconnect() {},
        send(peer, frames) {
          if (side === 'client') answered++;
          else given.push({ engine: peer, frames });
        },
        onMessages(receive) {
          receivers[side] = receive;
        },
        queued: { messages: 0, bytes: 0 },
        drained: async () => {},
        close: async () => {},
      };
      return socket;
    },
  };
  const bus = createInProcessBus((error) => {
    throw error;
  });
  const signer = createHmacSigner(key);
  const ports = createSystemPorts();
  const service = await createTaskSchedulerService({
    ...{ sockets, bus, ports, signer, log: silentLogger },
    config: { ...defaultConfig, schemeName, hwm, maxWaitingTasks: 2_000_000 },
  });
  for (let id = 0; id < engines; id++)
    bus.publish({ type: 'engine.registered', engine: { id, uuid: uuidOf(id), kernel: 'python' } });

  const writer = createWriter(signer);
  let spentUs = 0;
  function measure(receive: Receive, batch: readonly Received[]): void {
    // Of the processor, not of the clock: others may be at work on this machine.
    const from = process.cpuUsage();
    receive(batch);
    const { user, system } = process.cpuUsage(from);
    spentUs += user + system;
  }
  let submitted = 0;
  function submitBatch(size: number): void {
    const batch = Array.from({ length: size }, () => ({ peer: 'client', frames: writer.request(submitted++) }));
    measure(receivers.client!, batch);
  }
  /** Of what engines have been given. */
  function answerBatch(most: number): number {
    const batch: Received[] = [];
    for (; taken < given.length && batch.length < most; taken++) {
      const { engine, frames } = given[taken]!;
      batch.push({ peer: engine, frames: writer.reply(engine, frames) });
    }
    if (taken > 10_000) {
      given.splice(0, taken);
      taken = 0;
    }
    measure(receivers.engine!, batch);
    return batch.length;
  }
  function perTask(count: number, run: () => void): number {
    spentUs = 0;
    run();
    return Math.round((spentUs / count) * 100) / 100;
  }
  return {
    submit: (count) =>
      perTask(count, () => {
        for (let left = count; left > 0; left -= batchSize) submitBatch(Math.min(batchSize, left));
      }),
    turnOver: (count) =>
      perTask(count, () => {
        for (let left = count; left > 0; ) {
          const size = answerBatch(Math.min(batchSize, left));
          if (size === 0) throw new Error('nothing runs');
          submitBatch(size);
          left -= size;
        }
      }),
    drain() {
      const before = answered;
      const { running, waiting } = service.counts();
      return perTask(running + waiting, () => {
        while (answerBatch(batchSize) > 0);
        if (answered - before !== running + waiting) throw new Error(`${answered - before} of ${running + waiting}`);
      });
    },
    async close() {
      const left = service.leftovers();
      await service.stop();
      return left;
    },
  };
}

const hex = (n: number): string => n.toString(16).padStart(8, '0');
const uuidOf = (id: number): string => `${hex(id)}-0123456789abcdef01234567`;

/** Frames as a socket gives them: views of a block of 64 KiB. */
function createWriter(signer: ReturnType<typeof createHmacSigner>) {
  let block = Buffer.alloc(0);
  let at = 0;
  const delimiter = encodeText('<IDS|MSG>');
  const empty = encodeText('{}');
  const buffer = new Uint8Array(313);
  const ok = encodeText('{"status": "ok"}');
  const none = new Uint8Array(4);
  const put = (bytes: Uint8Array): Uint8Array => {
    if (at + bytes.length > block.length) {
      block = Buffer.alloc(65_536);
      at = 0;
    }
    block.set(bytes, at);
    at += bytes.length;
    return block.subarray(at - bytes.length, at);
  };
  const header = (id: string, type: string, session: string): Uint8Array =>
    packJson({
      ...{ msg_id: id, msg_type: type, username: 'username', session },
      ...{ date: '2026-11-23T14:15:03.123456+00:00', version: '5.4' },
    });
  const date = '2026-11-23T14:15:03.123456+00:00';
  const request = packJson({ after: [], follow: [], timeout: null, retries: 0, targets: [] });
  const flags = { is_broadcast: false, is_coalescing: false, original_msg_id: '', label: null, status: 'ok' };
  let replies = 0;
  return {
    request(n: number): Frames {
      const session = '1234abcd-0123456789abcdef01234567';
      const parts = [header(`${session}_4711_${n}`, 'apply_request', session), empty, request, empty] as const;
      return [delimiter, signer.sign(parts), ...parts, buffer].map(put);
    },
    reply(engine: PeerId, frames: Frames): Frames {
      const parts = [
        header(`${engine}_12_${replies++}`, 'apply_reply', engine),
        frames[3]!,
        packJson({ started: date, dependencies_met: true, engine, ...flags }),
        ok,
      ] as const;
      return [frames[0]!, delimiter, signer.sign(parts), ...parts, none].map(put);
    },
  };
}
