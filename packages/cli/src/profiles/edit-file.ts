// Changes of one profile in the text of a file, which leave the rest and its comments as people wrote them.
import { parseProfiles } from '@muster/cluster-profile';
import { MusterError } from '@muster/protocol';
import type { Document } from 'yaml';
import { isScalar, parseAllDocuments } from 'yaml';

/** One document of a text: `start` and `end` are where it stands, with the `---` in front of it. */
interface Part {
  readonly document: Document;
  readonly name: unknown;
  readonly start: number;
  readonly end: number;
}

function partsOf(text: string): Part[] {
  const documents = parseAllDocuments(text) as Document[];
  let start = 0;
  return documents.map((document, i) => {
    const end = i === documents.length - 1 ? text.length : (document.range?.[2] ?? text.length);
    const part = { document, name: document.getIn(['metadata', 'name']), start, end };
    start = end;
    return part;
  });
}

const textOf = (text: string, { start, end }: Part): string => text.slice(start, end);
const withoutMarker = (text: string): string => text.replace(/^---[^\S\n]*\n/, '');

function partOf(text: string, name: string, where: string): Part {
  const part = partsOf(text).find((candidate) => candidate.name === name);
  if (part !== undefined) return part;
  throw new MusterError('profile_invalid', `${where} has no profile ${name} any more.`, 'Try again.');
}

/** Sets `spec.engines`. Throws MusterError `profile_invalid` when the text would not be one of profiles any more. */
export function setEngines(text: string, name: string, engines: number, where: string): string {
  const part = partOf(text, name, where);
  const node = part.document.getIn(['spec', 'engines'], true);
  const changed =
    isScalar(node) && node.range
      ? text.slice(0, node.range[0]) + engines + text.slice(node.range[1])
      : text.slice(0, part.start) + addEngines(part, engines, textOf(text, part)) + text.slice(part.end);
  parseProfiles(changed, where);
  return changed;
}

/** They had been left to the default: the document is written anew. */
function addEngines({ document }: Part, engines: number, before: string): string {
  document.setIn(['spec', 'engines'], engines);
  if (before.trimStart().startsWith('{')) return `${JSON.stringify(document.toJS(), null, 2)}\n`;
  return `${before.startsWith('---') ? '---\n' : ''}${withoutMarker(String(document))}`;
}

/** The text without that profile; undefined when nothing is left. */
export function withoutProfile(text: string, name: string): string | undefined {
  const left = partsOf(text).filter((part) => part.name !== name && part.document.contents !== null);
  if (left.length === 0) return undefined;
  return left.map((part, i) => (i === 0 ? withoutMarker(textOf(text, part)) : textOf(text, part))).join('');
}

/** The text with a profile in place of the one of that name. */
export function withProfile(text: string, name: string, profile: string, where: string): string {
  const { start, end } = partOf(text, name, where);
  const marker = text.startsWith('---', start) ? '---\n' : '';
  return text.slice(0, start) + marker + profile + text.slice(end);
}

/** Each profile of a text by itself, as it was written. Throws MusterError `profile_invalid`. */
export function splitProfiles(text: string, where: string): { readonly name: string; readonly text: string }[] {
  const profiles = parseProfiles(text, where);
  return profiles.map(({ metadata: { name } }) => {
    const part = withoutMarker(textOf(text, partOf(text, name, where)));
    return { name, text: part.endsWith('\n') ? part : `${part}\n` };
  });
}
