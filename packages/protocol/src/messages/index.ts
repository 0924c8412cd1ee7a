export * from './check.ts';
export type { Entry, Party } from './entry.ts';
export type { Dependency } from './request-metadata.ts';
export { replyMetadata, requestMetadata } from './request-metadata.ts';
export * from './tables.ts';
