// become_dask and its stop (§4.7): one dask scheduler at a time, started and ended by the shell.
import type { JsonObject } from '@muster/protocol';
import type { Out } from './effects.ts';
import { fail, reply } from './reply.ts';
import type { Asker, HubState } from './state.ts';

/** Off while `address` is null and nobody waits. */
export interface DaskState {
  address: string | null;
  /** Clients that asked while it was starting. */
  readonly waiting: Asker[];
  /** A stop came while it was starting. */
  unwanted: boolean;
}

/** Clients that may wait for it to start. */
const waitingLimit = 1000;

export function onBecomeDask({ dask }: HubState, asker: Asker, args: JsonObject, out: Out): void {
  if (dask.address !== null) return answerDask(asker, dask.address, out);
  if (dask.waiting.length >= waitingLimit)
    return fail(out, asker, 'become_dask_reply', 'RuntimeError', 'too many clients wait for the dask scheduler');
  dask.waiting.push(asker);
  dask.unwanted = false;
  if (dask.waiting.length === 1) out.send({ type: 'dask.start', args });
}

export function onStopDask({ dask }: HubState, asker: Asker, out: Out): void {
  if (dask.address !== null) out.send({ type: 'dask.stop' });
  dask.address = null;
  dask.unwanted = dask.waiting.length > 0;
  reply(out, asker, 'stop_distributed_reply', {});
}

export function onDaskStarted({ dask }: HubState, address: string, out: Out): void {
  const waiting = dask.waiting.splice(0);
  if (dask.unwanted) {
    dask.unwanted = false;
    out.send({ type: 'dask.stop' });
    for (const asker of waiting)
      fail(out, asker, 'become_dask_reply', 'RuntimeError', 'the dask scheduler was stopped');
    return;
  }
  dask.address = address;
  out.send({ type: 'note', level: 'info', what: 'a dask scheduler listens', fields: { address } });
  for (const asker of waiting) answerDask(asker, address, out);
}

export function onDaskFailed({ dask }: HubState, why: string, out: Out): void {
  dask.unwanted = false;
  for (const asker of dask.waiting.splice(0)) fail(out, asker, 'become_dask_reply', 'ImportError', why);
}

/** Who asks next gets another one. */
export function onDaskEnded({ dask }: HubState, why: string, out: Out): void {
  dask.address = null;
  out.send({ type: 'note', level: 'warn', what: 'the dask scheduler has ended by itself', fields: { why } });
}

function answerDask(asker: Asker, address: string, out: Out): void {
  const { ip, port } = /^\w+:\/\/(?<ip>.*):(?<port>\d+)$/.exec(address)?.groups ?? {};
  reply(out, asker, 'become_dask_reply', { address, ip: ip ?? '', port: Number(port ?? 0) });
}
