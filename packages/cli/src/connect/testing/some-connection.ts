// A client's connection file as the launcher-operator writes it.
import { buildFixedConnections, defaultBasePort } from '@muster/config';

export const { client: someConnection } = buildFixedConnections({
  basePort: defaultBasePort,
  address: '192.0.2.1',
  key: 'k'.repeat(48),
  curveServerKeys: null,
});
