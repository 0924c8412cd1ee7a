// Code that the command line asks to run first (§9.7): requests of the engine to itself, which nobody waits for.
import { protocolVersion } from '@muster/protocol';
import type { KernelEffect, Request } from '../core/index.ts';
import type { Log } from '../log.ts';

let count = 0;

export const startupRequest = (name: string, code: string, uuid: string): Request => ({
  peer: '',
  ids: [],
  header: {
    msg_id: `${uuid}_startup_${count++}`,
    msg_type: 'execute_request',
    session: uuid,
    username: 'engine',
    date: '',
    version: protocolVersion,
  },
  metadata: { code_name: name },
  content: { code, silent: true, stop_on_error: false },
  buffers: [],
  balanced: false,
});

/** Requests from outside always come from a named peer. */
export const isStartup = (request: Request): boolean => request.peer === '';

export function tellStartup({ request, content }: Extract<KernelEffect, { type: 'reply.send' }>, log: Log): void {
  const name = request.metadata.code_name;
  if (content.status === 'ok') log.debug({ name }, 'startup code ran');
  else log.error({ name, ename: content.ename, evalue: content.evalue }, 'startup code failed');
}
