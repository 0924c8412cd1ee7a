export * from './local.ts';
export * from './port.ts';
