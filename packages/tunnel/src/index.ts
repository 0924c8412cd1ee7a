export type { TunnelEvent, TunnelOptions, Tunnels } from './open-tunnels.ts';
export { openTunnels } from './open-tunnels.ts';
export type { Forward } from './ssh-arguments.ts';
export type { TunnelledConnection } from './tunnel-connection.ts';
export { tunnelConnection } from './tunnel-connection.ts';
