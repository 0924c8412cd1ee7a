// The control channel (§4.6): answered by the nanny, so that a busy kernel cannot keep anyone waiting.
import { constants } from 'node:os';
import type { EngineConnection, JsonObject, Message } from '@muster/protocol';
import { errorContent } from '@muster/protocol';
import type { Log } from '../log.ts';
import { createThrottle } from '../log.ts';
import type { NannySockets } from './sockets.ts';
import { newGuard } from './sockets.ts';

/** What control requests do. Each resolves to members of the reply's content, or throws what the client shall see. */
export interface ControlActions {
  abort(msgIds: readonly string[]): Promise<JsonObject>;
  clear(): Promise<JsonObject>;
  interrupt(): Promise<JsonObject>;
  signal(signal: NodeJS.Signals): JsonObject;
  shutdown(restart: boolean): JsonObject;
}

/** An error of a control request, as the client shall see it. */
export class ControlError extends Error {
  readonly ename: string;
  constructor(ename: string, message: string) {
    super(message);
    this.ename = ename;
  }
}

/** signal_request is answered under its own name, as Python does by a slip. */
const replyTypes: Record<string, string> = { signal_request: 'signal_request' };

export function openControl(
  sockets: NannySockets,
  connection: EngineConnection,
  uuid: string,
  actions: ControlActions,
  log: Log,
): void {
  const socket = sockets.connect('router', connection.control);
  const guard = newGuard();
  const throttle = createThrottle();

  async function answer(request: Message): Promise<JsonObject> {
    try {
      return { status: 'ok', ...(await act(request, actions)) };
    } catch (error) {
      const { ename = 'Error', message } = error as Partial<ControlError>;
      log.warn({ request: request.header.msg_type, why: message }, 'control request refused');
      const { traceback, ...content } = errorContent(ename, message ?? '');
      return { ...content, traceback: [...traceback] };
    }
  }
  socket.onMessages((batch) => {
    for (const { peer, frames } of batch) {
      try {
        const { ids, message } = sockets.read(frames, guard);
        const { header } = message;
        log.debug({ request: header.msg_type }, 'control request');
        void answer(message).then((content) => {
          const type = replyTypes[header.msg_type] ?? header.msg_type.replace(/_request$/, '_reply');
          socket.send(peer, [...ids, ...sockets.build(type, content, header, { engine: uuid }).toWire()]);
        });
      } catch (error) {
        throttle((heldBack) => log.warn({ why: (error as Error).message, heldBack }, 'control message dropped'));
      }
    }
  });
}

async function act(request: Message, actions: ControlActions): Promise<JsonObject> {
  const { content } = request;
  switch (request.header.msg_type) {
    case 'abort_request':
      return actions.abort(readMsgIds(content.msg_ids));
    case 'clear_request':
      return actions.clear();
    case 'shutdown_request':
      return actions.shutdown(content.restart === true);
    case 'interrupt_request':
      return actions.interrupt();
    case 'signal_request': {
      const signal = readSignal(content.sig);
      return signal === 'SIGINT' ? actions.interrupt() : actions.signal(signal);
    }
    default:
      throw new ControlError(
        'NotImplementedError',
        `This engine does not know control requests of type ${request.header.msg_type.slice(0, 100)}.`,
      );
  }
}

function readMsgIds(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  if (!list.every((id) => typeof id === 'string')) throw new ControlError('TypeError', 'msg_ids is not a list of ids.');
  return list;
}

/** A number or a name of this system's signals. */
function readSignal(value: unknown): NodeJS.Signals {
  const found = Object.entries(constants.signals).find(([name, number]) => name === value || number === value);
  if (found === undefined) throw new ControlError('ValueError', `There is no signal ${JSON.stringify(value)}.`);
  return found[0] as NodeJS.Signals;
}
