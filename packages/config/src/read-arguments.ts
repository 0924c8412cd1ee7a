// The arguments of a command line, one after the other.
import { MusterError } from '@muster/protocol';
import { acceptText } from './accept.ts';
import type { Found, Names } from './names.ts';
import { namesOf } from './names.ts';
import { originalFlags } from './original-names.ts';
import { parseValue } from './parse-value.ts';
import type { Setting, SettingsTable } from './settings.ts';
import { oldName, type Put, type Target } from './target.ts';
import { ignoreOption } from './unknown-names.ts';

/** Throws MusterError `unknown_option` or `bad_option`. */
export function readArguments(
  table: SettingsTable,
  args: readonly string[],
  takesWords: boolean,
  target: Target,
): void {
  const names = namesOf(table);
  const put = target.from('option');
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (!arg.startsWith('-') || arg === '-') {
      if (!takesWords) throw new MusterError('unknown_option', `Unexpected argument: ${arg}`);
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
    const found = findOption(name, names);
    const flipped = names.switches.get(name);
    if (found.length > 0) setOption(table, { name, attached, value, found }, put, target);
    else if (flipped !== undefined) {
      const setting = table[flipped.key] as Setting;
      put(flipped.key, attached === undefined ? flipped.value : againstSwitch(setting, flipped.value, attached, name));
    } else target.warnings.push(ignoreOption(name, attached, value, names));
  }
}

/** Without rank for a short option. */
function findOption(name: string, names: Names): readonly (Omit<Found, 'rank'> & { readonly rank?: number })[] {
  const key = names.flags.get(name);
  return key === undefined ? names.find(name) : [{ key }];
}

interface Option {
  readonly name: string;
  readonly attached: string | undefined;
  value(): string;
  readonly found: ReturnType<typeof findOption>;
}

function setOption(
  table: SettingsTable,
  { name, attached, value, found }: Option,
  put: Put,
  { given, values, warnings }: Target,
): void {
  const settings = found.map(({ key }) => table[key] as Setting);
  const warning = checkSecret(settings[0] as Setting, name);
  if (warning !== undefined) warnings.push(warning);
  if (found[0]?.instead !== undefined) warnings.push(oldName('--', name, found[0] as Found));
  const bare = attached === undefined && settings.every(({ type }) => type === 'boolean');
  const text = bare ? 'true' : value();
  for (const [i, { key, rank }] of found.entries()) {
    const setting = settings[i] as Setting;
    const accepted = acceptText(setting, text, `--${name}`);
    const isMore = setting.type === 'list' && given[key] === 'option';
    put(key, isMore ? [...(values[key] as string[]), ...(accepted as string[])] : accepted, rank);
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
function cut(arg: string, names: Names): { name: string; attached: string | undefined } {
  const at = arg.indexOf('=');
  const written = (at < 0 ? arg : arg.slice(0, at)).replace(/^--?/, '');
  const name = written.includes('.') ? written : written.replaceAll('_', '-');
  const attached = at < 0 ? undefined : arg.slice(at + 1);
  const known =
    names.flags.has(name) || names.switches.has(name) || names.find(name).length > 0 || name in originalFlags;
  const single = /^-([A-Za-z])(.+)$/s.exec(arg);
  if (!known && single !== null && names.flags.has(single[1] as string)) {
    return { name: single[1] as string, attached: (single[2] as string).replace(/^=/, '') };
  }
  return { name, attached };
}
