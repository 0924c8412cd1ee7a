// What a kernel.json says: how a Jupyter kernel is started and interrupted.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { JsonObject } from '@muster/protocol';

export interface Kernelspec {
  /** Name of its folder, by which people choose it. */
  readonly name: string;
  readonly folder: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly displayName: string;
  readonly language: string;
  readonly interruptMode: 'signal' | 'message';
}

const largestChars = 1_000_000;

/** Reads the kernelspec of a folder; what is wrong with it, as an Error, where it cannot be used. */
export function readKernelspec(folder: string): Kernelspec | Error {
  const path = join(folder, 'kernel.json');
  try {
    return parseKernelspec(readFileSync(path, 'utf8'), folder);
  } catch (error) {
    return new Error(`${path} cannot be used: ${(error as Error).message}`);
  }
}

/** Throws what is wrong with it. */
export function parseKernelspec(text: string, folder: string): Kernelspec {
  if (text.length > largestChars) throw new Error('it is too long');
  const spec = JSON.parse(text) as JsonObject | null;
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) throw new Error('it is no JSON object');
  const { argv, env = {}, interrupt_mode: mode = 'signal' } = spec;
  if (!isTexts(argv) || argv.length === 0) throw new Error('argv is no list of texts');
  if (typeof env !== 'object' || env === null || Array.isArray(env) || !isTexts(Object.values(env)))
    throw new Error('env is no object of texts');
  const interruptMode = typeof mode === 'string' ? mode.toLowerCase() : mode;
  if (interruptMode !== 'signal' && interruptMode !== 'message')
    throw new Error('interrupt_mode is neither signal nor message');
  const name = basename(folder).toLowerCase();
  return {
    name,
    folder,
    argv,
    env: env as Record<string, string>,
    displayName: typeof spec.display_name === 'string' ? spec.display_name : name,
    language: typeof spec.language === 'string' ? spec.language : '',
    interruptMode,
  };
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((text) => typeof text === 'string');
