export * from './fields.ts';
export * from './memory.ts';
export * from './none.ts';
export * from './port.ts';
export * from './query.ts';
export * from './recent-ids.ts';
