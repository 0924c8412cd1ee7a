export * from './bytes.ts';
export * from './connection-file.ts';
export * from './dates.ts';
export * from './errors.ts';
export * from './header.ts';
export * from './json.ts';
export * from './message.ts';
export * from './signing.ts';
