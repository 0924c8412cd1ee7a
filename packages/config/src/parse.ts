// A command line against a table: flag over environment over file over default, every refusal with what is allowed.
import { MusterError } from '@muster/protocol';
import { namesOf } from './names.ts';
import { originalClasses, originalFlags, originalTraits } from './original-names.ts';
import { allowed, parseValue } from './parse-value.ts';
import type { Setting, SettingsOf, SettingsTable } from './settings.ts';
import { defaultsOf } from './settings.ts';
import type { SettingsFile } from './settings-file.ts';
import { suggest } from './suggest.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export type Given = 'option' | 'environment' | 'file';

export interface CommandLine<T extends SettingsTable> {
  readonly values: SettingsOf<T>;
  /** Where a value came from; a key without entry has its default. */
  readonly given: { readonly [K in keyof T]?: Given };
  /** Arguments that are no options (refused unless asked for). */
  readonly words: readonly string[];
  /** What stands after `--`. */
  readonly rest: readonly string[];
  /** One line each: options that were taken but have no effect. */
  readonly warnings: readonly string[];
  /** One of these was asked for: `values` are then the defaults, and nothing else was checked. */
  readonly help: boolean;
  readonly helpAll: boolean;
  readonly version: boolean;
}

export interface ParseOptions {
  /** Take arguments that are no options, e.g. cluster ids. Default: refuse. */
  readonly words?: boolean;
  /** Settings of a file. */
  readonly file?: SettingsFile;
}

/** More arguments than this are refused. */
const maxArguments = 10_000;

/**
 * Parses `--x=v`, `--x v`, `-n 4`, `-n4`, `--Class.trait=v`, switches and `--`. The last of several wins.
 * Throws MusterError `unknown_option` (exit status 2) or `bad_option` (1).
 */
export function parseCommandLine<const T extends SettingsTable>(
  table: T,
  argv: readonly string[],
  env: Environment,
  options: ParseOptions = {},
): CommandLine<T> {
  if (argv.length > maxArguments) throw new MusterError('bad_option', `More than ${maxArguments} arguments.`);
  const split = argv.indexOf('--');
  const args = split < 0 ? argv : argv.slice(0, split);
  const rest = split < 0 ? [] : argv.slice(split + 1);
  const asked = askedFor(table, args);
  const values: Record<string, unknown> = { ...defaultsOf(table) };
  const given: Record<string, Given> = {};
  const result = { values, given, words: [] as string[], rest, warnings: [] as string[], ...asked };
  if (!asked.help && !asked.helpAll && !asked.version) {
    if (options.file !== undefined) readFileSettings(table, options.file, values, given);
    readEnvironment(table, env, values, given);
    readArguments(table, args, options, result);
  }
  return result as unknown as CommandLine<T>;
}

function askedFor(table: SettingsTable, args: readonly string[]) {
  const { flags } = namesOf(table);
  const has = (...names: string[]) => names.some((name) => args.includes(name));
  return {
    help: has('--help') || (has('-h') && !flags.has('h')),
    helpAll: has('--help-all'),
    version: has('--version') || (has('-V') && !flags.has('V')),
  };
}

function readFileSettings(
  table: SettingsTable,
  { path, settings }: SettingsFile,
  values: Record<string, unknown>,
  given: Record<string, Given>,
): void {
  const { flags, traits } = namesOf(table);
  const find = (name: string): string | undefined => flags.get(name.replaceAll('_', '-')) ?? traits.get(name);
  for (const [name, text] of Object.entries(settings)) {
    const key = find(name);
    if (key === undefined) {
      const near = suggest(name, [...flags.keys()]);
      const hint = near === undefined ? '' : ` Did you mean ${near}?`;
      throw new MusterError('unknown_option', `${path}: there is no setting ${name}.${hint}`, 'See --help-all.');
    }
    values[key] = accept(table[key] as Setting, text, `${path}: ${name}`);
    given[key] = 'file';
  }
}

function readEnvironment(
  table: SettingsTable,
  env: Environment,
  values: Record<string, unknown>,
  given: Record<string, Given>,
): void {
  for (const [key, setting] of Object.entries(table)) {
    const text = setting.env === undefined ? undefined : env[setting.env];
    if (text === undefined || (text === '' && setting.type !== 'text')) continue;
    values[key] = accept(setting, text, `$${setting.env}`);
    given[key] = 'environment';
  }
}

interface Target {
  readonly values: Record<string, unknown>;
  readonly given: Record<string, Given>;
  readonly words: string[];
  readonly warnings: string[];
}

function readArguments(table: SettingsTable, args: readonly string[], options: ParseOptions, target: Target): void {
  const names = namesOf(table);
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (!arg.startsWith('-') || arg === '-') {
      if (!options.words) throw new MusterError('unknown_option', `Unexpected argument: ${arg}`);
      target.words.push(arg);
      continue;
    }
    const { name, attached } = cut(arg, names);
    /** The value: attached, or the next argument, which is then used up. */
    const value = (): string => {
      if (attached !== undefined) return attached;
      const next = args[i + 1];
      if (next === undefined || (next.startsWith('-') && !/^-(\d.*)?$/.test(next))) {
        throw new MusterError('bad_option', `${arg} needs a value.`);
      }
      i++;
      return next;
    };
    const found = names.flags.get(name) ?? names.traits.get(name);
    const set = (key: string, to: unknown) => {
      target.values[key] = to;
      target.given[key] = 'option';
    };
    const flipped = names.switches.get(name);
    if (found !== undefined) {
      const setting = table[found] as Setting;
      const warning = checkSecret(setting, name);
      if (warning !== undefined) target.warnings.push(warning);
      const bare = setting.type === 'boolean' && attached === undefined;
      set(found, bare ? true : accept(setting, value(), `--${name}`));
    } else if (flipped !== undefined) {
      if (attached === undefined) set(flipped.key, flipped.value);
      else set(flipped.key, againstSwitch(table[flipped.key] as Setting, flipped.value, attached, name));
    } else {
      target.warnings.push(ignore(name, attached, value, names));
    }
  }
}

/** A warning, if there is one. */
function checkSecret(setting: Setting, name: string): string | undefined {
  if (setting.type !== 'text' || !setting.secret) return undefined;
  if (setting.secret === 'warned')
    return `--${name} shows a secret to every user of this machine: better set $${setting.env}.`;
  throw new MusterError(
    'bad_option',
    `--${name} would show a secret to every user of this machine.`,
    `Set $${setting.env}, or name a file that holds it: --${name}-file=FILE.`,
  );
}

/** `--nodb=true` is `--nodb`; `--nodb=false` keeps the default. */
function againstSwitch(setting: Setting, value: unknown, text: string, name: string): unknown {
  const parsed = parseValue({ name, type: 'boolean', default: false, description: '' }, text);
  if ('refused' in parsed) throw new MusterError('bad_option', `--${name} takes no value.`);
  if (parsed.value === true) return value;
  return setting.type === 'boolean' ? !value : setting.default;
}

/** Name and attached value of an argument: `--x=v`, `-n4`, `-nodb`. Dashes and underscores are the same in short names. */
function cut(arg: string, names: ReturnType<typeof namesOf>): { name: string; attached: string | undefined } {
  const at = arg.indexOf('=');
  const written = (at < 0 ? arg : arg.slice(0, at)).replace(/^--?/, '');
  const name = written.includes('.') ? written : written.replaceAll('_', '-');
  const attached = at < 0 ? undefined : arg.slice(at + 1);
  const known = names.flags.has(name) || names.switches.has(name) || names.traits.has(name) || name in originalFlags;
  const single = /^-([A-Za-z])(.+)$/s.exec(arg);
  if (!known && single !== null && names.flags.has(single[1] as string)) {
    return { name: single[1] as string, attached: (single[2] as string).replace(/^=/, '') };
  }
  return { name, attached };
}

function accept(setting: Setting, text: string, where: string): unknown {
  const parsed = parseValue(setting, text);
  if ('value' in parsed) return parsed.value;
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  throw new MusterError(
    'bad_option',
    `${where}: '${shown}' is not ${withArticle(setting)}.`,
    `Give ${parsed.refused}${/[.?]$/.test(parsed.refused) ? '' : '.'}`,
  );
}

const withArticle = (setting: Setting): string => (setting.type === 'choice' ? 'possible' : allowed(setting));

/** A warning for what the original knows and we do not need; throws for what neither knows. */
function ignore(
  name: string,
  attached: string | undefined,
  value: () => string,
  names: ReturnType<typeof namesOf>,
): string {
  const dot = name.indexOf('.');
  if (dot > 0) {
    refuseMisspelt(name, names);
    if (attached === undefined) value();
    return `--${name} has no effect here.`;
  }
  const takesValue = Object.hasOwn(originalFlags, name) ? originalFlags[name] : undefined;
  if (takesValue === undefined) {
    const known = [...names.flags.keys(), ...names.switches.keys()].filter((flag) => flag.length > 1);
    throw unknown(name, suggest(name, known));
  }
  if (takesValue && attached === undefined) value();
  return `--${name} has no effect here.`;
}

function refuseMisspelt(name: string, names: ReturnType<typeof namesOf>): void {
  const [className = '', trait = ''] = name.split('.', 2);
  if (names.classes.has(className)) {
    if (!originalTraits.has(trait)) throw unknown(name, suggest(name, [...names.traits.keys()]));
  } else if (!originalClasses.has(className)) {
    const near = suggest(className, [...names.classes]);
    if (near !== undefined) throw unknown(name, `${near}.${trait}`);
  }
}

const unknown = (name: string, near: string | undefined): MusterError =>
  new MusterError(
    'unknown_option',
    `There is no option --${name}.${near === undefined ? '' : ` Did you mean --${near}?`}`,
    near === undefined ? undefined : 'See --help, or --help-all for every option.',
  );
