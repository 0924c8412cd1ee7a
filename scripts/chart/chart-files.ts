// The files of the chart that are written from tables: where they are, and what they ought to hold.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { channelPorts } from '@muster/config';
import { markdownOf, readmeWith, schemaOf, yamlOf } from './values-files.ts';
import { chartValues } from './values-table.ts';

export const chartFolder = join(import.meta.dirname, '../../charts/muster');

const portsFile = (): string =>
  [
    '# Written by scripts/chart/generate.ts: ports in their order from the base port on, and the service that has each.',
    ...channelPorts.map(({ name, service }) => `- {name: ${name}, service: ${service}}`),
    '',
  ].join('\n');

/** Text of each file by its path. */
export function wantedFiles(): Readonly<Record<string, string>> {
  const readme = join(chartFolder, 'README.md');
  return {
    [join(chartFolder, 'values.yaml')]: yamlOf(chartValues),
    [join(chartFolder, 'values.schema.json')]: schemaOf(chartValues),
    [join(chartFolder, 'files/ports.yaml')]: portsFile(),
    [readme]: readmeWith(readFileSync(readme, 'utf8'), markdownOf(chartValues)),
  };
}
