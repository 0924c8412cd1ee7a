// A relay alone: what a controller could be at best.
import { join } from 'node:path';
import type { ClientConnection } from '@muster/protocol';
import { signatureScheme } from '@muster/protocol';
import type { Program } from '@muster/testkit';
import { startProgram } from '@muster/testkit';

export interface Relay extends AsyncDisposable {
  readonly program: Program;
  readonly front: number;
  readonly back: number;
}

/** Starts `c`, or a transport of ours. */
export async function startRelay(name: string): Promise<Relay> {
  const program = await startProgram([process.execPath, join(import.meta.dirname, 'relay-process.ts'), name]);
  await program.says(/^\{.*\}$/m, 20_000);
  const { front, back } = JSON.parse(/^\{.*\}$/m.exec(program.stdout)![0]) as { front: number; back: number };
  return { program, front, back, [Symbol.asyncDispose]: async () => void (await program.stop()) };
}

/** What a client needs to know to send requests to a port of this machine, signed by a key. */
export const relayConnection = (port: number, key: string): ClientConnection => ({
  interface: 'tcp://127.0.0.1',
  registration: port,
  control: port,
  mux: port,
  task: port,
  iopub: port,
  notification: port,
  broadcast: port,
  key,
  curve_serverkey: null,
  location: '127.0.0.1',
  ssh: '',
  pack: 'json',
  unpack: 'json',
  signature_scheme: signatureScheme,
  task_scheme: '',
});
