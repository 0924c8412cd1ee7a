// Scripts of jobs: what stands at their head, and what goes in between. Pure.
import { MusterError } from '@muster/protocol';

export interface ScriptParts {
  /** Comments, with the directives that the batch system reads. */
  readonly head: readonly string[];
  readonly body: readonly string[];
}

/** A batch system reads directives up to the first command. */
export function splitHead(script: string): ScriptParts {
  const lines = script.split('\n');
  const start = lines.findIndex((line) => !/^\s*(#|$)/.test(line));
  return start === -1 ? { head: lines, body: [] } : { head: lines.slice(0, start), body: lines.slice(start) };
}

/** Throws MusterError `bad_option` for a name that could be an option, or more than one word. */
export function checkQueue(queue: string, listCommand: string): void {
  if (/^[A-Za-z0-9_][A-Za-z0-9_.@,-]{0,127}$/.test(queue)) return;
  throw new MusterError(
    'bad_option',
    `${JSON.stringify(queue)} cannot be the name of a queue.`,
    `See those there are: ${listCommand}`,
  );
}
