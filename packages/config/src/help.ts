// Help for people, from the tables: grouped, wrapped, with default, unit and environment variable.
import { allowed } from './parse-value.ts';
import type { Setting, SettingsTable } from './settings.ts';

export interface Usage {
  /** `ipcluster start [options] [-- controller's options]`. */
  readonly usage: string;
  /** A sentence or two. */
  readonly about: string;
  /** Whole command lines with what they do. */
  readonly examples?: readonly (readonly [command: string, outcome: string])[];
}

const width = 100;
const indent = 4;
const column = 30;

/** Text of --help (common settings) or, with `all`, of --help-all. */
export function renderHelp(table: SettingsTable, usage: Usage, all = false): string {
  const lines = [`Usage: ${usage.usage}`, '', ...wrap(usage.about, width), ''];
  const groups = Map.groupBy(Object.values(table), (setting) => setting.group ?? 'General');
  for (const [group, settings] of groups) {
    const shown = settings.filter((setting) => all || !setting.advanced);
    if (shown.length === 0) continue;
    lines.push(`${group}:`, ...shown.flatMap((setting) => describe(setting, all)), '');
  }
  lines.push('Other:', ...pair('-h, --help', 'This help.'), ...pair('--help-all', 'Help with every option.'));
  lines.push(...pair('--version', 'The version.'), '');
  if (usage.examples !== undefined) {
    lines.push('Examples:', ...usage.examples.flatMap(([command, outcome]) => pair(command, outcome)), '');
  }
  return lines.join('\n');
}

/** Rows of a Markdown table of all settings, for documents. */
export function settingsTable(table: SettingsTable): string {
  const rows = Object.values(table).map((setting) => {
    const names = isSecret(setting) ? [setting.name] : [...new Set([...optionNames(setting), `--${setting.name}`])];
    const options = names.map((name) => `\`${name}\``).join(' ');
    const value = setting.type === 'text' ? 'text' : allowed(setting);
    const env = setting.env === undefined ? '' : ` Environment: \`${setting.env}\`.`;
    const cells = [options, value, defaultText(setting) || '–', `${setting.description}${env}`];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return ['| option | value | default | meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
}

/** `--ip`, `-n`, `--nodb`: short options and switches with their dashes. */
function optionNames(setting: Setting): string[] {
  const dashed = (name: string) => (name.length === 1 ? `-${name}` : `--${name}`);
  return [...(setting.flags ?? []).map(dashed), ...Object.keys(setting.switches ?? {}).map(dashed)];
}

const isSecret = (setting: Setting): boolean => setting.type === 'text' && setting.secret === true;

function describe(setting: Setting, all: boolean): string[] {
  if (isSecret(setting)) return pair(`$${setting.env}`, setting.description);
  const placeholder = setting.type === 'boolean' ? '' : `=${setting.placeholder ?? placeholders[setting.type]}`;
  const flags = (setting.flags ?? []).map((flag) =>
    flag.length === 1 ? `-${flag}${placeholder.replace('=', ' ')}` : `--${flag}${placeholder}`,
  );
  const switches = Object.entries(setting.switches ?? {});
  const named = flags.length === 0 && (all || switches.length === 0) ? [`--${setting.name}${placeholder}`] : flags;
  const facts = [
    setting.type === 'choice' || setting.type === 'ports' ? sentence(allowed(setting)) : '',
    all && flags.length > 0 && !setting.flags?.includes(setting.name) ? `Also --${setting.name}.` : '',
    defaultText(setting) === '' ? '' : `Default: ${defaultText(setting)}.`,
    setting.env === undefined ? '' : `Environment: ${setting.env}.`,
  ];
  const text = [setting.description, ...facts].filter((part) => part !== '').join(' ');
  const switchLines = switches.flatMap(([name, value]) => pair(`--${name}`, switchText(setting, value)));
  return [...(named.length === 0 ? [] : pair(named.join(', '), text)), ...switchLines];
}

const switchText = (setting: Setting, value: string | number | boolean): string =>
  setting.flags?.[0] === undefined ? `Same as --${setting.name}=${value}.` : `Same as --${setting.flags[0]}=${value}.`;

const placeholders: Record<Setting['type'], string> = {
  text: 'TEXT',
  integer: 'N',
  number: 'X',
  boolean: '',
  choice: 'NAME',
  ports: 'PORTS',
  words: 'COMMAND',
  list: 'TEXT',
  map: 'JSON',
};

function defaultText(setting: Setting): string {
  const { default: value } = setting;
  if (value === null || value === '' || value === false) return '';
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return value.join(' ');
  if (typeof value === 'object') return Object.keys(value).length === 0 ? '' : JSON.stringify(value);
  return 'unit' in setting && setting.unit !== undefined ? `${value} ${setting.unit}` : String(value);
}

const sentence = (text: string): string => `${text[0]?.toUpperCase()}${text.slice(1)}.`;

/** An option and its text in two columns; a long option gets a line of its own. */
function pair(left: string, text: string): string[] {
  const pad = ' '.repeat(column);
  const [first = '', ...more] = wrap(text, width - column);
  const head = `${' '.repeat(indent)}${left}`;
  const opening = head.length + 2 > column ? [head, `${pad}${first}`] : [`${head.padEnd(column)}${first}`];
  return [...opening, ...more.map((line) => `${pad}${line}`)];
}

function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
