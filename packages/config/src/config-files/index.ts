// What only programs that make or check config files load.
export { asConfigFile } from './apply.ts';
export type { ConfigFileContent, NamedValue } from './config-file.ts';
export { readConfigFile } from './load.ts';
export { renderAssignment, renderConfigFile } from './render.ts';
