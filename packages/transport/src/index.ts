export * from './bound-sockets.ts';
export type { CurvePair } from './curve-keys.ts';
export { curvePublicKey, generateCurvePair } from './curve-keys.ts';
export * from './hmac.ts';
export * from './port.ts';
export * from './zeromq-transport.ts';
