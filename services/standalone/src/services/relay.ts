import { apartConfig, createRelayService } from '@muster/relay';
import { counter, gauge } from '@muster/telemetry';
import type { StartPart } from '../part.ts';
import type { RelayValues } from '../settings.ts';

export const start: StartPart<RelayValues> = async (shared) => {
  const relay = await createRelayService({ ...shared, config: apartConfig });
  return {
    resync: () => void relay.resync(),
    metrics() {
      const { engines, gathering, gatheredBytes, held, dropped } = relay.counts();
      return [
        gauge('muster_engines', 'Engines that messages are passed to.', engines),
        gauge('muster_broadcasts', 'Broadcasts whose replies are gathered into one.', gathering),
        gauge('muster_broadcast_bytes', 'Bytes of replies that are gathered.', gatheredBytes),
        gauge('muster_held_requests', 'Requests that wait until the hub knows their engine.', held),
        counter('muster_messages_dropped_total', 'Messages that were not passed on.', dropped),
      ];
    },
    stop: () => relay.stop(),
  };
};
