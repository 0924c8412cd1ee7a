// A client that keeps a number of balanced no-op tasks under way, by hand on the wire.
import { readClientConnection } from '@muster/config';
import { createSystemClock, newId } from '@muster/machine/node';
import { buildMessage, channelUrl, createHeaderSource } from '@muster/protocol';
import { createHmacSigner, createTransport } from '@muster/transport';

/** At most that many tasks without an answer. */
const window = 64;
/** As large as a Python client's request of a function that does nothing. */
const buffers = [new Uint8Array(313), new Uint8Array(40)];

export interface Flood {
  /** Sends `count` tasks; resolves when all have been answered. Rejects when no answer comes for 30 s. */
  run(count: number): Promise<void>;
  close(): Promise<void>;
}

export async function openFlood(clientFile: string): Promise<Flood> {
  const connection = await readClientConnection(clientFile);
  const signer = createHmacSigner(connection.key);
  const clock = createSystemClock();
  const headers = createHeaderSource(newId());
  const transport = createTransport({ onError: (error) => console.error(error) });
  const socket = transport.open({ kind: 'dealer' });
  socket.connect(channelUrl(connection, connection.task));
  let onAnswers: (count: number) => void = () => {};
  socket.onMessages((batch) => onAnswers(batch.length));
  const metadata = { after: [], follow: [], targets: [], retries: 0, timeout: 0, label: null };
  function sendOne(): void {
    const header = headers.next('apply_request', clock.nowUs());
    socket.send('', buildMessage(signer, { header, metadata, content: {}, buffers }).toWire());
  }
  return {
    run: (count) =>
      new Promise<void>((resolve, reject) => {
        let sent = 0;
        let answered = 0;
        const silent = setTimeout(() => reject(new Error(`Only ${answered} of ${sent} tasks were answered.`)), 30_000);
        onAnswers = (more) => {
          answered += more;
          silent.refresh();
          for (; sent < count && sent - answered < window; sent++) sendOne();
          if (answered < count) return;
          clearTimeout(silent);
          resolve();
        };
        onAnswers(0);
      }),
    close: () => transport.close(),
  };
}
