// The config file of a new profile: every setting with its explanation and default, commented out.
import type { ConfigProgram } from '../class-tree.ts';
import { split } from '../names.ts';
import { allowed } from '../parse-value.ts';
import type { Setting, SettingsTable } from '../settings.ts';

const columns = 100;

/** Text of PROGRAM_config.ts. `tables`: those of all commands of the program. */
export function renderConfigFile(program: ConfigProgram, tables: readonly SettingsTable[]): string {
  const all = tables.flatMap((table) => Object.values(table)).filter((setting) => !setting.outsideProfile);
  const settings = [...new Map(all.map((setting) => [setting.name, setting])).values()];
  const listed = settings.filter((setting) => !setting.unlisted);
  const groups = Map.groupBy(listed, (setting) => setting.group ?? 'General');
  return [
    ...comment(
      `Settings of ${program}, read at each start. To change one, take away the slashes in front of it. Options and environment variables win over what stands here. This is TypeScript and may import and compute what it likes.`,
    ),
    '',
    ...[...groups].flatMap(([group, members]) => [heading(group), '', ...members.flatMap(describe)]),
    heading('For editors: names and types'),
    '',
    ...declare(settings),
    '',
  ].join('\n');
}

const heading = (text: string): string => `// ---- ${text} ${'-'.repeat(Math.max(4, columns - 9 - text.length))}`;

function describe(setting: Setting): string[] {
  const facts = [
    `${sentence(takes(setting))}.`,
    list(
      'Option',
      (setting.flags ?? []).map((flag) => (flag.length === 1 ? `-${flag}` : `--${flag}`)),
    ),
    setting.env === undefined ? '' : `Environment: ${setting.env}.`,
    list('Also', setting.otherNames),
    list('Old', setting.deprecatedNames),
  ];
  const text = [setting.description, ...facts].filter((part) => part !== '').join(' ');
  return [...comment(text), `// ${member(setting.name)} = ${literal(setting.default)};`, ''];
}

const list = (what: string, names: readonly string[] = []): string =>
  names.length === 0 ? '' : `${what}: ${names.join(', ')}.`;

function takes(setting: Setting): string {
  switch (setting.type) {
    case 'words':
    case 'list':
      return 'a list of texts';
    case 'ports':
      return "a list of ports and ranges, such as [10101, '10103-10105']";
    case 'map':
      return 'an object or a list';
    default:
      return `${allowed(setting)}${setting.default === null ? ', or null' : ''}`;
  }
}

/** A line of a config file that sets something: `c.HubFactory.ip = '*';`, a text of several lines as they are. */
export function renderAssignment(name: string, value: unknown): string {
  // A template takes \r\n for \n, and unseen characters are better seen.
  const asLines = typeof value === 'string' && value.includes('\n') && !/(?![\n\t])\p{Cc}/u.test(value);
  const text = asLines ? `\`${value.replace(/[\\`]|\$(?=\{)/g, '\\$&')}\`` : literal(value);
  return `${member(name)} = ${text};`;
}

const member = (name: string): string => (name.includes('.') ? `c.${name}` : `c[${quote(name)}]`);

/** A value in TypeScript, on one line. */
function literal(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const members = Object.entries(value).map(
    ([name, one]) => `${/^\w+$/.test(name) ? name : quote(name)}: ${literal(one)}`,
  );
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

function quote(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${inner}'`;
}

/** A module of its own, so that the files of one folder do not see each other's declarations. */
function declare(settings: readonly Setting[]): string[] {
  const dotted = settings.filter(({ name }) => name.includes('.'));
  const classes = Map.groupBy(dotted, ({ name }) => split(name)[0]);
  const lines = [...classes].map(([className, members]) => {
    const types = members.map((setting) => `${split(setting.name)[1]}: ${typeOf(setting)}`);
    return `  ${className}: { ${types.join('; ')}; [other: string]: unknown };`;
  });
  return ['export {};', 'declare const c: {', ...lines, '  [other: string]: Record<string, unknown>;', '};'];
}

function typeOf(setting: Setting): string {
  const types: Readonly<Record<Setting['type'], string>> = {
    text: 'string',
    integer: 'number',
    number: 'number',
    boolean: 'boolean',
    choice: setting.type === 'choice' ? setting.choices.map(quote).join(' | ') : '',
    ports: '(number | string)[]',
    words: 'string[]',
    list: 'string[]',
    map: 'object',
  };
  return `${types[setting.type]}${setting.default === null ? ' | null' : ''}`;
}

const sentence = (text: string): string => `${text[0]?.toUpperCase()}${text.slice(1)}`;

function comment(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > columns) lines.push(`// ${word}`);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
