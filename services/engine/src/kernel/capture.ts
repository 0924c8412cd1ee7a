// process.stdout and process.stderr of user code → Output.
import { AsyncLocalStorage } from 'node:async_hooks';
import { Buffer } from 'node:buffer';
import process from 'node:process';
import { StringDecoder } from 'node:string_decoder';
import type { JsonObject } from '@muster/protocol';
import type { Output, StreamName } from './output.ts';

/** Which request's code is running, also in timers and callbacks that it left behind. */
const currentRequest = new AsyncLocalStorage<{ readonly parent: JsonObject }>();

let lastParent: JsonObject = {};

/** Header of the request on whose behalf code runs; the last one's where that is not known. */
export function currentParent(): JsonObject {
  const current = currentRequest.getStore();
  if (current !== undefined) lastParent = current.parent;
  return lastParent;
}

/** Runs code on behalf of a request. */
export function onBehalfOf<T>(parent: JsonObject, work: () => T): T {
  lastParent = parent;
  return currentRequest.run({ parent }, work);
}

/** Gives the kernel's own way to write to its log. */
export function captureOutput(output: Output): (line: string) => void {
  const { stderr } = process;
  const log = stderr.write.bind(stderr) as (line: string) => void;
  for (const name of ['stdout', 'stderr'] as const) capture(name, output);
  return log;
}

type WriteDone = (error?: Error | null) => void;

function capture(name: StreamName, output: Output): void {
  const decoder = new StringDecoder('utf8');
  process[name].write = (
    chunk: string | Uint8Array,
    encoding?: BufferEncoding | WriteDone,
    done?: WriteDone,
  ): boolean => {
    const text =
      typeof chunk === 'string'
        ? typeof encoding === 'string' && !/^utf-?8$/i.test(encoding)
          ? Buffer.from(chunk, encoding).toString()
          : chunk
        : decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    output.write(name, text, currentParent());
    const callback = typeof encoding === 'function' ? encoding : done;
    if (callback !== undefined) process.nextTick(callback);
    return true;
  };
}
