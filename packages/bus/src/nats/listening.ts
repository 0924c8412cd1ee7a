// Subscriptions of this process: they outlive connections, and each connection gets them anew.
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';

/** What is to be heard under a subject. Must not throw: the library would stop to read. */
interface Ear {
  readonly subject: string;
  /** Each message goes to one of those who share a name. */
  readonly queue?: string;
  hear(message: Msg): void;
}

export interface Listening {
  /** Returns the function that ends it; calling that again does nothing. */
  add(ear: Ear): () => void;
  use(nats: NatsConnection | undefined): void;
}

export function createListening(): Listening {
  const subscriptions = new Map<Ear, Subscription | undefined>();
  let current: NatsConnection | undefined;

  function begin(ear: Ear): void {
    if (current === undefined || current.isClosed()) return;
    const { subject, queue, hear } = ear;
    // An error is a subject that is not permitted; the connection tells of it, too.
    const callback = (error: Error | null, message: Msg): void => {
      if (error === null) hear(message);
    };
    subscriptions.set(ear, current.subscribe(subject, { callback, ...(queue !== undefined && { queue }) }));
  }
  return {
    add(ear) {
      subscriptions.set(ear, undefined);
      begin(ear);
      return () => {
        const subscription = subscriptions.get(ear);
        subscriptions.delete(ear);
        if (subscription?.isClosed() === false) subscription.unsubscribe();
      };
    },
    use(nats) {
      current = nats;
      for (const ear of [...subscriptions.keys()]) {
        subscriptions.set(ear, undefined);
        begin(ear);
      }
    },
  };
}
