// Files of settings: YAML, or JSON, which is YAML too; names as on the command line, without dashes in front.
import { readFileSync, statSync } from 'node:fs';
import { MusterError } from '@muster/protocol';
import type { CommandLine, Environment, ParseOptions } from './parse.ts';
import { parseCommandLine } from './parse.ts';
import { reason } from './profiles.ts';
import type { SettingsTable } from './settings.ts';

export interface SettingsFile {
  readonly path: string;
  /** Values as they would be typed, by name. */
  readonly settings: Readonly<Record<string, string>>;
}

const largestBytes = 1_000_000;

/**
 * As parseCommandLine, with the file that the setting `config` of the table names, when it names one: option over
 * environment over file. Throws also MusterError `bad_option` for a file that cannot be read or is not a list of settings.
 */
export async function parseWithFile<const T extends SettingsTable>(
  table: T,
  argv: readonly string[],
  env: Environment,
  options: ParseOptions = {},
): Promise<CommandLine<T>> {
  const line = parseCommandLine(table, argv, env, options);
  const { config: path } = line.values as { readonly config?: unknown };
  if (typeof path !== 'string' || path === '') return line;
  return parseCommandLine(table, argv, env, { ...options, file: await readSettingsFile(path) });
}

async function readSettingsFile(path: string): Promise<SettingsFile> {
  const parsed = await parseYaml(path, readText(path));
  if (parsed === null) return { path, settings: {} };
  if (typeof parsed !== 'object' || Array.isArray(parsed)) throw bad(path, 'is no list of settings');
  const entries = Object.entries(parsed).map(([name, value]) => [name, asTyped(path, name, value)]);
  return { path, settings: Object.fromEntries(entries) };
}

function readText(path: string): string {
  try {
    if (statSync(path).size > largestBytes) throw bad(path, `is larger than ${largestBytes} bytes`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw error instanceof MusterError ? error : bad(path, `cannot be read: ${reason(error)}`);
  }
}

/** Where a text is no YAML, the place is told and not what stands there: it may be a secret. */
async function parseYaml(path: string, text: string): Promise<unknown> {
  const { LineCounter, parseDocument } = await import('yaml');
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) throw bad(path, `is not YAML, at line ${lineCounter.linePos(error.pos[0]).line}`);
  try {
    return document.toJS({ maxAliasCount: 0 }) as unknown;
  } catch {
    throw bad(path, 'has aliases, which are not taken here');
  }
}

function asTyped(path: string, name: string, value: unknown): string {
  const isPlain = (one: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof one);
  if (isPlain(value)) return String(value);
  if (Array.isArray(value) && value.every(isPlain)) return value.join(',');
  throw bad(path, `gives ${name} no value that a setting can have`);
}

const bad = (path: string, why: string): MusterError =>
  new MusterError(
    'bad_option',
    `--config: ${path} ${why}.`,
    'Write one setting a line, such as `base-port: 30201`, with the names of --help-all.',
  );
