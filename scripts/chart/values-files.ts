// From the table of values to the files of the chart: pure.
import type { ChartValue } from './values-table.ts';

const generated = 'Written by npm run generate from scripts/chart/values-table.ts.';

interface Branch {
  readonly children: Map<string, Branch>;
  value?: ChartValue;
}

function treeOf(values: readonly ChartValue[]): Branch {
  const root: Branch = { children: new Map() };
  for (const value of values) {
    let branch = root;
    for (const key of value.path.split('.')) {
      const next = branch.children.get(key) ?? { children: new Map() };
      branch.children.set(key, next);
      branch = next;
    }
    branch.value = value;
  }
  return root;
}

/** values.schema.json. Unknown values are refused; `global` is what Helm hands to charts within charts. */
export function schemaOf(values: readonly ChartValue[]): string {
  const schema = (branch: Branch): Record<string, unknown> => {
    if (branch.value !== undefined) {
      const { shape, description, default: given } = branch.value;
      return { ...shape, description, default: given };
    }
    const properties = Object.fromEntries([...branch.children].map(([key, child]) => [key, schema(child)]));
    return { type: 'object', additionalProperties: false, properties };
  };
  const root = schema(treeOf(values));
  const properties = { ...(root.properties as object), global: { type: 'object' } };
  const head = { $schema: 'http://json-schema.org/draft-07/schema#', title: 'Values of the Muster chart' };
  return `${JSON.stringify({ ...head, $comment: generated, ...root, properties }, null, 2)}\n`;
}

/** values.yaml, each value with its description above it. */
export function yamlOf(values: readonly ChartValue[]): string {
  const lines = (branch: Branch, indent: string): string[] =>
    [...branch.children].flatMap(([key, child]) =>
      child.value === undefined
        ? [`${indent}${key}:`, ...lines(child, `${indent}  `)]
        : [
            ...wrap(child.value.description, 118 - indent.length).map((line) => `${indent}# ${line}`),
            `${indent}${key}: ${flow(child.value.default)}`,
          ],
    );
  return `# ${generated}\n${lines(treeOf(values), '').join('\n')}\n`;
}

/** The list in the README: value, default, meaning. */
export const markdownOf = (values: readonly ChartValue[]): string =>
  values.map(({ path, default: given, description }) => `- \`${path}\`, \`${flow(given)}\`: ${description}`).join('\n');

const marks = { begin: '<!-- values -->', end: '<!-- end of values -->' };

/** The README with the list between its marks. Throws Error when a mark is missing. */
export function readmeWith(readme: string, list: string): string {
  const from = readme.indexOf(marks.begin);
  const to = readme.indexOf(marks.end);
  if (from < 0 || to < from) throw new Error(`The README lacks ${marks.begin} … ${marks.end}`);
  return `${readme.slice(0, from + marks.begin.length)}\n\n${list}\n\n${readme.slice(to)}`;
}

/** YAML in one line; texts are quoted, so that none is taken for a number or a flag. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${key}: ${flow(item)}`)
    .join(', ')}}`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
