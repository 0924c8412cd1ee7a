import { MusterError } from '@muster/protocol';

/** Names that MongoDB keeps for itself. */
const reserved = new Set(['admin', 'config', 'local']);
const longestBytes = 63;

/**
 * Refuses names that a server would refuse, on whatever system it runs, or has for itself: MusterError `bad_option`.
 */
export function checkDatabaseName(name: string): void {
  const why = faultOf(name);
  if (why === undefined) return;
  throw new MusterError(
    'bad_option',
    `MongoDB takes no database of the name ${JSON.stringify(name.slice(0, 2 * longestBytes))}: ${why}.`,
    `Name another: at most ${longestBytes} bytes, without any of / \\ . " $ * < > : | ? and spaces.`,
  );
}

function faultOf(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (Buffer.byteLength(name) > longestBytes) return `it has more than ${longestBytes} bytes`;
  const bad = /[/\\."$*<>:|?\s\p{Cc}]/u.exec(name)?.[0] ?? (name.isWellFormed() ? undefined : '\ufffd');
  if (bad !== undefined) return `it contains ${JSON.stringify(bad)}`;
  return reserved.has(name.toLowerCase()) ? 'MongoDB has it for itself' : undefined;
}
