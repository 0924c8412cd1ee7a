// Whether a Jupyter kernel answers, and on both ways: its subscription of output takes a moment after its answer.
import type { JsonObject, Message } from '@muster/protocol';

const askAgainMs = 500;

export interface Readiness {
  onReply(message: Message): void;
  onIopub(): void;
  /** Content of its kernel_info_reply. Rejects with what is missing after the time. */
  readonly answered: Promise<JsonObject>;
  stop(): void;
}

/** Asks until the kernel answers. */
export function askUntilReady(ask: () => void, limitMs: number): Readiness {
  const { promise, resolve, reject } = Promise.withResolvers<JsonObject>();
  promise.catch(() => {});
  let info: JsonObject | undefined;
  let heard = false;
  const look = (): void => {
    if (info === undefined || !heard) return;
    stop();
    resolve(info);
  };
  const again = setInterval(ask, askAgainMs);
  const limit = setTimeout(() => {
    stop();
    const what = info === undefined ? 'did not answer' : 'published nothing';
    reject(new Error(`${what} within ${limitMs / 1000} s`));
  }, limitMs);
  function stop(): void {
    clearInterval(again);
    clearTimeout(limit);
  }
  ask();
  return {
    onReply(message) {
      if (message.header.msg_type === 'kernel_info_reply') info = message.content;
      look();
    },
    onIopub() {
      heard = true;
      look();
    },
    answered: promise,
    stop,
  };
}
