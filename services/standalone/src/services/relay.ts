import { apartConfig, createRelayService } from '@muster/relay';
import type { StartPart } from '../part.ts';
import type { RelayValues } from '../settings.ts';

export const start: StartPart<RelayValues> = async (shared) => {
  const relay = await createRelayService({ ...shared, config: apartConfig });
  return {
    resync: () => void relay.resync(),
    metrics: () => [],
    stop: () => relay.stop(),
  };
};
