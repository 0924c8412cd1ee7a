// What comes in by the sockets, to the core: one turn of the runner for each batch.
import { isConnection } from '@muster/transport';
import type { SchedulerEvent } from './core/events.ts';
import type { Reader } from './reading.ts';
import type { Shell } from './service.ts';

/** `onReplies`: engines have answered. */
export function receiveMessages({ doors, post, runner }: Shell, reader: Reader, onReplies: () => void): void {
  doors.clients.onMessages((batch) => {
    const events: SchedulerEvent[] = [];
    for (const received of batch) {
      const { peer, frames } = received;
      const isUnknown = post.isUnknown(peer);
      if (isUnknown && isConnection(frames)) {
        post.connected(peer);
        continue;
      }
      const message = reader.readRequest(received);
      if (message === undefined) continue;
      if (isUnknown) post.identified(peer, message.header.session);
      events.push({ type: 'task.submitted', client: peer, message });
    }
    runner.dispatchAll(events);
  });
  doors.engines.onMessages((batch) => {
    const events: SchedulerEvent[] = [];
    for (const received of batch) {
      const message = reader.readReply(received);
      if (message) events.push({ type: 'task.answered', engineUuid: received.peer, message });
    }
    runner.dispatchAll(events);
    onReplies();
  });
}
