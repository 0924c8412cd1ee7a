// The files of the chart that are written from tables.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { channelPorts } from '@muster/config';
import { markdownOf, readmeWith, schemaOf, yamlOf } from './values-files.ts';
import { chartValues } from './values-table.ts';

const readme = 'charts/muster/README.md';

const portsText = (): string =>
  [
    '# Written by npm run generate: ports in their order from the base port on, and the service that has each; some with\n# curve.strict only.',
    ...channelPorts.map(
      (port) => `- {name: ${port.name}, service: ${port.service}${'strict' in port ? ', strict: true' : ''}}`,
    ),
    '',
  ].join('\n');

const readmeText = (): string =>
  readmeWith(readFileSync(join(import.meta.dirname, '../..', readme), 'utf8'), markdownOf(chartValues));

/** Path from the root, and the text that it has to have. */
export const chartFiles: readonly { readonly path: string; text(): string }[] = [
  { path: 'charts/muster/values.yaml', text: () => yamlOf(chartValues) },
  { path: 'charts/muster/values.schema.json', text: () => schemaOf(chartValues) },
  { path: 'charts/muster/files/ports.yaml', text: portsText },
  { path: readme, text: readmeText },
];
