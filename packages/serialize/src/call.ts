// Calls: the content and buffers of an apply_request between TypeScript clients and Node engines. Python's requests have
// an empty content and pickles (§8.1), so each side knows its own.
import type { Frames, JsonObject } from '@muster/protocol';
import { isJsonObject, MusterError } from '@muster/protocol';
import { functionSource, isExpression } from './function-source.ts';
import { packValue } from './pack.ts';
import type { Revive } from './revive.ts';
import { unpackValue } from './unpack.ts';

/** Metadata of requests that only a Node engine can serve; the scheduler gives such tasks to no other. */
export const nodeKernel = { kernel: 'node' } as const;

export const callVersion = 1;

/** What a call is made of. */
export interface CallInit {
  /** The function, or its source as an expression. */
  readonly fn: ((...args: never[]) => unknown) | string;
  /** Arguments; functions and References may be in them. */
  readonly args: readonly unknown[];
  readonly thresholdBytes?: number;
}

export interface PackedCall {
  /** `{muster: {version, function}}`: the source is in the content, which is signed. */
  readonly content: JsonObject;
  readonly buffers: Uint8Array[];
}

export interface Call {
  /** An expression. */
  readonly source: string;
  readonly args: readonly unknown[];
}

/** Packs a call. Throws MusterError `cannot_serialize`. */
export function packCall({ fn, args, thresholdBytes }: CallInit): PackedCall {
  if (typeof fn === 'string' && !isExpression(fn))
    throw new MusterError('cannot_serialize', 'the source of the function is not an expression that can be compiled');
  const source = typeof fn === 'string' ? fn : functionSource(fn);
  return {
    content: { muster: { version: callVersion, function: source } },
    buffers: packValue(args, {
      calls: true,
      name: 'args',
      ...(thresholdBytes === undefined ? {} : { thresholdBytes }),
    }),
  };
}

/** True when the content of an apply_request is a call of ours, of any version. */
export const isCall = (content: JsonObject): boolean => isJsonObject(content.muster) && 'function' in content.muster;

/**
 * Reads a call. With `revive`, references and functions in the arguments become what the engine makes of them (what it
 * throws is passed on); without, they come as Reference and FunctionSource.
 * Throws MusterError `bad_value` or `python_value`.
 */
export function unpackCall(content: JsonObject, buffers: Frames, revive?: Revive): Call {
  const call = content.muster;
  if (!isJsonObject(call)) throw new MusterError('bad_value', 'the content is not a call made by a TypeScript client');
  if (call.version !== callVersion)
    throw new MusterError('bad_value', `a call of version ${String(call.version)}; this engine knows ${callVersion}`);
  if (typeof call.function !== 'string') throw new MusterError('bad_value', 'the call has no function');
  const { value } = unpackValue(buffers, revive);
  if (!Array.isArray(value)) throw new MusterError('bad_value', 'the arguments of the call are not a list');
  return { source: call.function, args: value };
}
