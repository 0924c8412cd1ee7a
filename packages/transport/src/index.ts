export * from './bound-sockets.ts';
export * from './port.ts';
