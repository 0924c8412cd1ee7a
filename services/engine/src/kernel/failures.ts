// Errors of user code → what travels.
import { inspect } from 'node:util';
import type { Failure } from '../core/index.ts';

const ownFolder = import.meta.dirname;
const maxLines = 200;
const maxChars = 100_000;

/** Frames of the engine itself and of Node's own loader below them say nothing to the user. */
const isOurs = (line: string): boolean =>
  line.includes(ownFolder) ||
  /^\s+at .*\(?node:(vm|internal\/|async_hooks)/.test(line) ||
  /^\s+at processTicksAndRejections/.test(line);

/** Whatever was thrown, as an error that travels. Never throws, whatever the value does when it is looked at. */
export function describeFailure(thrown: unknown): Failure {
  try {
    if (!(thrown instanceof Error)) return describeOther(thrown);
    const ename = textOf(thrown.name) || 'Error';
    const text = inspect(thrown, { depth: 4, maxArrayLength: 20, maxStringLength: maxChars, colors: false });
    return { status: 'error', ename, evalue: textOf(thrown.message), traceback: tracebackLines(text) };
  } catch (cause) {
    const evalue = `an error that cannot be shown (${String((cause as Error | undefined)?.message)})`;
    return { status: 'error', ename: 'Error', evalue, traceback: [evalue] };
  }
}

function describeOther(thrown: unknown): Failure {
  const evalue = typeof thrown === 'string' ? thrown : inspect(thrown, { depth: 2, maxStringLength: 10_000 });
  const looksLikeError = typeof thrown === 'object' && thrown !== null && 'name' in thrown && 'message' in thrown;
  if (looksLikeError && typeof thrown.name === 'string')
    return { status: 'error', ename: thrown.name, evalue: textOf(thrown.message), traceback: tracebackLines(evalue) };
  return { status: 'error', ename: 'Thrown', evalue, traceback: [`Thrown: ${evalue}`] };
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : String(value);

function tracebackLines(text: string): string[] {
  const lines = text
    .slice(0, maxChars)
    .split('\n')
    .filter((line) => !isOurs(line));
  return lines.length <= maxLines ? lines : [...lines.slice(0, maxLines), `… ${lines.length - maxLines} more lines`];
}
