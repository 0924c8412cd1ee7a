import type { CommandLine } from '@muster/config';
import type { engineSettings } from './settings.ts';

/** What a command line says besides the values. */
export type Invocation = Pick<CommandLine<typeof engineSettings>, 'given' | 'rest'>;

export const noInvocation: Invocation = { given: {}, rest: [] };
