// docs/commands.md: every command with its options, from the tables that the commands themselves go by.
import type { Setting, SettingsTable, Usage } from '@muster/config';
import { exitStatusPairs, fileNames } from '@muster/config';
import { settingsTable } from '@muster/config/settings-document';
import { type AnyCommand, isGroup, type Program } from '../command-tree.ts';
import type { Programs } from '../completion/answer.ts';
import { pairsMarkdown, topicMarkdown } from '../help/topic.ts';

/** Doors to programs that have chapters of their own. */
const doors: ReadonlySet<string> = new Set([
  'muster cluster',
  'muster controller',
  'muster engine',
  'ipcluster profile',
]);

export async function renderCommandsDocument(programs: Programs): Promise<string> {
  const chapters: string[] = [];
  const topics: string[] = [];
  for (const [name, load] of Object.entries(programs)) {
    const program = await load();
    chapters.push(...(await chapterOf(name, program, new Map())));
    if (isGroup(program))
      for (const [topic, text] of Object.entries(program.topics ?? {}))
        topics.push(`### ${topic}`, topicMarkdown(text));
  }
  return `${[
    '# Commands',
    'Made from the tables of the programs by `npm run generate`. The same, for a terminal: `--help`, `--help-all` and `muster help TOPIC`.',
    ...chapters,
    '## Topics',
    ...topics,
  ].join('\n\n')}\n`;
}

/** `told`: settings that a command before has told of, with its name. */
async function chapterOf(name: string, program: Program, told: Map<Setting, string>): Promise<string[]> {
  if (!isGroup(program)) return commandChapter(name, program, told);
  const entries = Object.entries(program.commands).filter(([, { hidden }]) => hidden !== true);
  const pairs = entries.map(([word, { about }]) => [`${name} ${word}`, about] as const);
  const parts = [`## ${name}`, program.about, pairsMarkdown('command', pairs), ...examples(program.examples)];
  const mine = new Map<Setting, string>();
  for (const [word, entry] of entries) {
    const path = `${name} ${word}`;
    if (!doors.has(path)) parts.push(...(await chapterOf(path, await entry.load(), mine)));
  }
  return parts;
}

function commandChapter(name: string, { table, usage }: AnyCommand, told: Map<Setting, string>): string[] {
  const level = name.includes(' ') ? '###' : '##';
  const fresh = Object.entries(table).filter(([, setting]) => !told.has(setting) && !setting.unlisted);
  const before = Object.groupBy(
    Object.values(table).filter((setting) => told.has(setting) && !setting.unlisted),
    (setting) => told.get(setting) ?? '',
  );
  for (const [, setting] of fresh) told.set(setting, name);
  return [
    `${level} ${name}`,
    usage.about,
    ['```', usage.usage, '```'].join('\n'),
    ...(fresh.length === 0 ? [] : [settingsTable(Object.fromEntries(fresh) as SettingsTable).trimEnd()]),
    ...Object.entries(before).map(
      ([command, settings = []]) => `As of \`${command}\`: ${settings.map(shortName).join(', ')}.`,
    ),
    ...examples(usage.examples),
    ...(usage.files === undefined ? [] : [pairsMarkdown('file', usage.files)]),
    ...(usage.exitStatuses === undefined ? [] : [pairsMarkdown('exit status', exitStatusPairs(usage.exitStatuses))]),
  ];
}

function examples(all: Usage['examples']): string[] {
  if (all === undefined) return [];
  return [['```', ...all.flatMap(([command, outcome]) => [`# ${outcome}`, command]), '```'].join('\n')];
}

function shortName(setting: Setting): string {
  const [flag = Object.keys(setting.switches ?? {})[0] ?? fileNames(setting)[0] ?? setting.name] = setting.flags ?? [];
  return `\`${flag.length === 1 ? '-' : '--'}${flag}\``;
}
