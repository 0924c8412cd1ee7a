import type { Voice } from '../control/until-the-end.ts';
import type { Progress } from '../progress.ts';

/** News to stdout, complaints to stderr. */
export const voiceOf = (progress: Progress): Voice => ({
  say: (line) => progress.say(line),
  complain: (text) => process.stderr.write(`${text}\n`),
});
