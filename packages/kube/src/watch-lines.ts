// The events of a watch: one JSON object a line.
import type { WatchEvent } from './api.ts';
import { KubeError } from './errors.ts';
import type { KubeObject } from './objects.ts';

const longestLine = 8 * 1024 * 1024;

/** Splits a stream of bytes into lines. A last line without its end is left out: the connection broke in it. */
export async function* linesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const part of stream) {
    rest += decoder.decode(part, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop()!;
    if (rest.length > longestLine)
      throw new KubeError('too_large', `An event is larger than ${longestLine} characters.`);
    for (const line of lines) if (line !== '') yield line;
  }
}

interface Line {
  readonly type?: unknown;
  readonly object?: KubeObject & { readonly code?: number; readonly message?: string; readonly reason?: string };
}

const types: Record<string, 'added' | 'modified' | 'deleted'> = {
  ADDED: 'added',
  MODIFIED: 'modified',
  DELETED: 'deleted',
};

/** Throws KubeError `unreachable` for what is no event, and for errors that the server reports in the stream. */
export function readEvent<T extends KubeObject>(line: string): WatchEvent<T> {
  let parsed: Line;
  try {
    parsed = (JSON.parse(line) as Line | null) ?? {};
  } catch {
    throw new KubeError('unreachable', 'The watch broke: a line of it is not JSON.');
  }
  const { type, object } = parsed;
  if (type === 'BOOKMARK') return { type: 'bookmark', resourceVersion: object?.metadata.resourceVersion ?? '' };
  if (type === 'ERROR' && object?.code === 410) return { type: 'expired' };
  const known = types[String(type)];
  if (known === undefined || object === undefined)
    throw new KubeError('unreachable', `The watch broke: ${object?.message ?? `an event of type ${String(type)}`}.`, {
      reason: object?.reason ?? '',
    });
  return { type: known, object: object as unknown as T };
}
