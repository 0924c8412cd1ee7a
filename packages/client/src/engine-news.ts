// Keeps the list of engines true: by notifications, and by comparing with the hub's own list (§4.3).
import type { Message } from '@muster/protocol';
import type { Asking } from './asking.ts';
import type { ClientEvents } from './client.ts';
import type { EngineList, EngineRef } from './core/engine-list.ts';
import type { Ledger } from './core/ledger.ts';
import type { Emitter } from './emitter.ts';

export interface EngineNews {
  /** Handles a notification. 'stopped': the controller ends. */
  notified(message: Message): 'stopped' | undefined;
  /** Asks the hub which engines there are. Rejects with MusterError `timeout`. */
  compare(timeoutMs: number): Promise<void>;
}

export function createEngineNews(options: {
  readonly engines: EngineList;
  readonly ledger: Ledger;
  readonly asking: Asking;
  readonly events: Emitter<ClientEvents>;
}): EngineNews {
  const { engines, ledger, asking, events } = options;

  function arrived(engine: EngineRef): void {
    events.emit('engine.registered', engine);
  }
  function left(engine: EngineRef): void {
    ledger.engineLost(engine);
    events.emit('engine.unregistered', engine);
  }
  return {
    notified(message) {
      const { content } = message;
      const type = message.header.msg_type;
      if (type === 'registration_notification') {
        const engine = engines.arrived(content);
        if (engine !== undefined) arrived(engine);
      } else if (type === 'unregistration_notification') {
        const engine = engines.left(content);
        if (engine !== undefined) left(engine);
      } else if (type === 'shutdown_notification') {
        events.emit('controller.stopped', undefined);
        return 'stopped';
      }
      return undefined;
    },
    async compare(timeoutMs) {
      engines.asked();
      const { content } = await asking.ask('connection_request', {}, { timeoutMs });
      const changes = engines.compared(content);
      for (const engine of changes.left) left(engine);
      for (const engine of changes.arrived) arrived(engine);
    },
  };
}
