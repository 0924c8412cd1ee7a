export type { Asked } from './matrix/arguments.ts';
export { parseArguments, usage } from './matrix/arguments.ts';
