// What the load's client asks the hub.
import { newId } from '@muster/machine/node';
import type { ClientConnection, JsonObject, Signer } from '@muster/protocol';
import { buildMessage, channelUrl, createHeaderSource, openMessage } from '@muster/protocol';
import type { Socket, Transport } from '@muster/transport';
import type { Target } from './requests.ts';

export interface HubQuestions {
  /** Engines that are registered now, by id. */
  engines(): Promise<Target[]>;
  /** Requests that the hub has on record as completed, of all engines; and tasks that no engine has yet. */
  queues(): Promise<{ completed: number; unassigned: number }>;
}

/** Connects by the first question; they are asked one after the other. A question that gets no answer for two minutes rejects. */
export function askHub(connection: ClientConnection, signer: Signer, transport: Transport): HubQuestions {
  const headers = createHeaderSource(newId());
  let opened: Socket | undefined;
  function open(): Socket {
    const socket = transport.open({ kind: 'dealer' });
    socket.connect(channelUrl(connection, connection.registration));
    return socket;
  }
  let turn: Promise<unknown> = Promise.resolve();
  function ask(type: string, content: object): Promise<JsonObject> {
    const answer = turn.then(() => askNow(type, content));
    turn = answer.catch(() => {});
    return answer;
  }
  function askNow(type: string, content: object): Promise<JsonObject> {
    opened ??= open();
    const socket = opened;
    const header = headers.next(type, Date.now() * 1000);
    socket.send('', buildMessage(signer, { header, content }).toWire());
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`The hub did not answer a ${type}.`)), 120_000);
      socket.onMessages(([reply]) => {
        clearTimeout(late);
        resolve(openMessage(reply!.frames, signer).content);
      });
    });
  }
  return {
    async engines() {
      const { engines } = await ask('connection_request', {});
      return Object.entries(engines as Record<string, string>).map(([id, uuid]) => ({ id: Number(id), uuid }));
    },
    async queues() {
      const { unassigned, status, ...engines } = await ask('queue_request', { targets: null, verbose: false });
      if (status !== 'ok') throw new Error(`The hub answered a queue_request by ${JSON.stringify(status)}.`);
      const all = Object.values(engines) as { completed: number }[];
      return { completed: all.reduce((sum, one) => sum + one.completed, 0), unassigned: unassigned as number };
    },
  };
}
