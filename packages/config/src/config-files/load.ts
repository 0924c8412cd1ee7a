// A config file by its name: TypeScript and JavaScript, JSON, else YAML. What is not needed is not loaded.
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { MusterError } from '@muster/protocol';
import { reason } from '../profiles.ts';
import { asConfigFile } from './apply.ts';
import { badConfig, type ConfigFile, type ConfigFileContent, flatten, type NamedValue } from './config-file.ts';

const largestBytes = 1_000_000;

/** Throws MusterError `bad_config`, with file and line. `isOfProfile`: settings that choose the profile have no meaning in it. */
export async function loadConfigFile(file: string, isOfProfile = false): Promise<ConfigFile> {
  return asConfigFile({ ...(await readConfigFile(file, isOfProfile)), isOfProfile });
}

/** What a file says, before any table is asked. Throws as loadConfigFile. */
export async function readConfigFile(file: string, isOfProfile = false): Promise<ConfigFileContent> {
  const path = resolve(file);
  const { text, isExposed } = readText(path, isOfProfile);
  return { path, text, isExposed, settings: await readSettings(path, text) };
}

async function readSettings(path: string, text: string): Promise<NamedValue[]> {
  if (/\.m?[jt]s$/.test(path)) return (await import('./load-code.ts')).loadCode(path, text);
  if (path.endsWith('.py')) throw pythonGiven(path);
  return flatten(path, path.endsWith('.json') ? parseJson(path, text) : await parseYaml(path, text));
}

/** A pipe is taken where a person names it, as in `--config <(program)`; in a folder it would be waited for without end. */
function readText(path: string, isOfProfile: boolean): { text: string; isExposed: boolean } {
  try {
    const found = statSync(path);
    const { size, mode } = found;
    if (!found.isFile() && !found.isDirectory() && (isOfProfile || !found.isFIFO()))
      throw badConfig(path, 'is no plain file');
    if (size > largestBytes) throw badConfig(path, `is larger than ${largestBytes} bytes`);
    return { text: readFileSync(path, 'utf8'), isExposed: process.platform !== 'win32' && (mode & 0o077) !== 0 };
  } catch (error) {
    throw error instanceof MusterError ? error : badConfig(path, `cannot be read: ${reason(error)}`);
  }
}

/** Where a text is no JSON, the place is told and not what stands there: it may be a secret. */
function parseJson(path: string, text: string): unknown {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    const at = Number(/at position (\d+)/.exec(reason(error))?.[1] ?? text.trimEnd().length);
    throw badConfig(`${path}:${text.slice(0, at).split('\n').length}:`, 'is not JSON');
  }
}

async function parseYaml(path: string, text: string): Promise<unknown> {
  const { LineCounter, parseDocument } = await import('yaml');
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) throw badConfig(`${path}:${lineCounter.linePos(error.pos[0]).line}:`, 'is not YAML');
  try {
    return document.toJS({ maxAliasCount: 0 }) as unknown;
  } catch {
    throw badConfig(path, 'has aliases, which are not taken here');
  }
}

const pythonGiven = (path: string): MusterError =>
  badConfig(path, 'is a config file in Python', 'Take it over into one of ours: muster profile import');
