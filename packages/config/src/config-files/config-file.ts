// What a config file says: names and data as they stand there, before any table is asked.
import { MusterError } from '@muster/protocol';
import type { ParseOptions } from '../parse.ts';
import type { SettingsTable } from '../settings.ts';
import type { Target } from '../target.ts';
import { findLine } from './find-line.ts';

export interface NamedValue {
  /** `Class.trait`, or a short option without dashes. */
  readonly name: string;
  readonly value: unknown;
  /** Where it is set, when that is known: from 1. */
  readonly line?: number | undefined;
}

/** A config file that was read, and with it what reads it: programs without one do not load that. */
export interface ConfigFile {
  readonly path: string;
  /** Throws MusterError `bad_config` for a name that nobody knows and a value that cannot be. */
  applyTo(table: SettingsTable, options: ParseOptions, target: Target): void;
}

export interface ConfigFileContent {
  readonly path: string;
  readonly text: string;
  readonly settings: readonly NamedValue[];
  /** It is that of a profile, where settings that choose the profile have no meaning. */
  readonly isOfProfile?: boolean;
  /** Others than its owner may read it. */
  readonly isExposed?: boolean;
}

/** A file may set so many. */
const maxSettings = 10_000;

/** `path:3: HubFactory.ip`, to stand before what is wrong. */
export function placeOf({ path, text }: ConfigFileContent, { name, line = findLine(text, name) }: NamedValue): string {
  return `${path}${line === undefined ? '' : `:${line}`}: ${name}`;
}

/** Settings of `{ HubFactory: { ip: '*' } }` and of `{ 'HubFactory.ip': '*' }`. Throws MusterError `bad_config`. */
export function flatten(path: string, data: unknown): NamedValue[] {
  if (data === null || data === undefined) return [];
  if (!isObject(data)) throw badConfig(path, 'is no list of settings');
  const settings = Object.entries(data).flatMap(([name, value]): NamedValue[] => {
    // In JSON files of ipyparallel.
    if (name === 'version' && typeof value === 'number') return [];
    if (!/^[A-Z]\w*$/.test(name) || !isObject(value)) return [{ name, value }];
    return Object.entries(value).map(([trait, one]) => ({ name: `${name}.${trait}`, value: one }));
  });
  return limited(path, settings);
}

export function limited(path: string, settings: NamedValue[]): NamedValue[] {
  if (settings.length > maxSettings) throw badConfig(path, `sets more than ${maxSettings} settings`);
  return settings;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `what` stands after the path, which may have a line. */
export const badConfig = (path: string, what: string, remedy?: string): MusterError =>
  new MusterError('bad_config', `${path} ${what}.`, remedy);
