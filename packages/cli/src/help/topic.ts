// A topic of help: text, lists and lines to type, set for a terminal or as Markdown. Pure.
import { fitWidth, type Pair, section, wrap } from '@muster/config';

export interface Topic {
  /** For lists, without a full stop. */
  readonly about: string;
  readonly parts: readonly TopicPart[];
}

/** A paragraph, names with what they are, or lines as they are typed. */
type TopicPart =
  | string
  | { readonly heading: string; readonly pairs: readonly Pair[] }
  | { readonly lines: readonly string[] };

export function renderTopic({ parts }: Topic, columns: number): string {
  const width = fitWidth(columns);
  const lines = parts.flatMap((part): string[] => {
    if (typeof part === 'string') return [...wrap(part, width), ''];
    if ('lines' in part) return [...part.lines.map((line) => `    ${line}`), ''];
    return section(part.heading, part.pairs, width);
  });
  return lines.join('\n');
}

/** Without a title. */
export function topicMarkdown({ parts }: Topic): string {
  const blocks = parts.map((part) => {
    if (typeof part === 'string') return part;
    if ('lines' in part) return ['```', ...part.lines, '```'].join('\n');
    return pairsMarkdown(part.heading, part.pairs);
  });
  return blocks.join('\n\n');
}

export function pairsMarkdown(heading: string, pairs: readonly Pair[]): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const rows = pairs.map(([left, text]) => `| \`${cell(left)}\` | ${cell(text)} |`);
  return [`| ${heading} | |`, '|---|---|', ...rows].join('\n');
}
