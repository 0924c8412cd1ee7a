// Files that are made from the program's own tables. `npm run generate` writes them, a test compares them.
import { join } from 'node:path';
import { crdText } from '@muster/cluster-profile';
import { chartFiles } from './chart/chart-files.ts';

const root = join(import.meta.dirname, '..');

/** Path from the root, and the text that it has to have. */
export const generatedFiles: readonly { readonly path: string; text(): string }[] = [
  { path: 'charts/muster/crds/clusterprofiles.yaml', text: crdText },
  ...chartFiles,
];

export const fileOf = (path: string): string => join(root, path);
