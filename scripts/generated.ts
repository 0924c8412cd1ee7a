// Files that are made from the program's own tables. `npm run generate` writes them, a test compares them.
import { join } from 'node:path';
import { commandsDocument } from '@muster/cli/document';
import { crdText } from '@muster/cluster-profile';
import { chartFiles } from './chart/chart-files.ts';

const root = join(import.meta.dirname, '..');

const commandsText = await commandsDocument();

/** Path from the root, and the text that it has to have. */
export const generatedFiles: readonly { readonly path: string; text(): string }[] = [
  { path: 'charts/muster/crds/clusterprofiles.yaml', text: crdText },
  { path: 'docs/commands.md', text: () => commandsText },
  ...chartFiles,
];

export const fileOf = (path: string): string => join(root, path);
