export * from './bound-sockets.ts';
export type { CurvePair } from './curve-keys.ts';
export { curvePublicKey, generateCurvePair } from './curve-keys.ts';
export * from './hmac.ts';
export type { Schedule } from './memory-network.ts';
export * from './memory-transport.ts';
export * from './port.ts';
export * from './zeromq-transport.ts';
