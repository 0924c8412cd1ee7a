// The documents of a YAML (or JSON) text as plain values. Texts come from people and from anywhere: everything has a limit.
import { MusterError } from '@muster/protocol';
import type { Document } from 'yaml';
import { isMap, isScalar, parseAllDocuments, visit } from 'yaml';

const longestText = 1024 * 1024;
const mostDocuments = 256;
/** Values that aliases may stand for, in one document. */
const mostAliased = 100;

const refuse = (message: string): never => {
  throw new MusterError('profile_invalid', message);
};

/** The library's own check compares each key with each other one. */
function findRepeatedKey(document: Document): string | undefined {
  let repeated: string | undefined;
  visit(document, {
    Map(_key, map) {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? String(key.value) : key;
        if (seen.has(name)) repeated = String(name);
        seen.add(name);
      }
      return repeated === undefined ? undefined : visit.BREAK;
    },
  });
  return repeated;
}

function plainValue(document: Document, where: string): unknown {
  const [error] = document.errors;
  if (error) refuse(`${where} is not YAML: ${error.message.split('\n')[0]!.replace(/:$/, '')}.`);
  const repeated = findRepeatedKey(document);
  if (repeated !== undefined)
    refuse(`${where} has the member ${JSON.stringify(repeated.slice(0, 100))} twice in one place.`);
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return undefined;
  if (!isMap(contents)) return refuse(`${where} is not an object with members.`);
  try {
    return document.toJS({ maxAliasCount: mostAliased });
  } catch (error) {
    return refuse(`${where} cannot be used: ${(error as Error).message.split('\n')[0]}.`);
  }
}

/** Empty documents are left out. Throws MusterError `profile_invalid`; `source` is how messages name the text. */
export function readDocuments(text: string, source: string): { where: string; value: unknown }[] {
  if (text.length > longestText) refuse(`${source} is longer than ${longestText} characters.`);
  let documents: ReturnType<typeof parseAllDocuments>;
  try {
    documents = parseAllDocuments(text, { uniqueKeys: false, logLevel: 'silent' });
  } catch (error) {
    return refuse(`${source} cannot be read as YAML${error instanceof RangeError ? ': it is nested too deeply' : ''}.`);
  }
  if (documents.length > mostDocuments) refuse(`${source} has more than ${mostDocuments} documents.`);
  const many = documents.length > 1;
  return [...documents]
    .map((document, i) => {
      const where = many ? `${source}, document ${i + 1},` : source;
      return { where, value: plainValue(document as Document, where) };
    })
    .filter(({ value }) => value !== undefined);
}
