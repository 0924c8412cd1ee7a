// The CustomResourceDefinition, built from the schema.
import type { JsonObject } from '@muster/protocol';
import { stringify } from 'yaml';
import { structuralSchema } from './json-schema.ts';
import { profileKind } from './kind.ts';

const columns = [
  { name: 'Launcher', type: 'string', jsonPath: '.status.launcher', description: 'How the engines are started' },
  { name: 'Desired', type: 'integer', jsonPath: '.spec.engines', description: 'Engines that are wanted' },
  { name: 'Launched', type: 'integer', jsonPath: '.status.launched', description: 'Engines that have been started' },
  { name: 'Registered', type: 'integer', jsonPath: '.status.registered', description: 'Engines that can compute' },
  {
    name: 'Ready',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Ready")].status',
    description: 'Whether all engines that are wanted can compute',
  },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'How long it is there' },
];

/** The CustomResourceDefinition of ClusterProfile, as an object. */
export function buildCrd(): JsonObject {
  const { group, version, kind, plural, singular, shortName } = profileKind;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, listKind: `${kind}List`, plural, singular, shortNames: [shortName], categories: ['muster'] },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: structuralSchema() },
          subresources: {
            status: {},
            scale: { specReplicasPath: '.spec.engines', statusReplicasPath: '.status.registered' },
          },
          additionalPrinterColumns: columns,
        },
      ],
    },
  };
}

/** The same as the YAML text that is kept with the chart. */
export const crdText = (): string =>
  `# Generated from packages/cluster-profile; do not edit: npm run generate\n${stringify(buildCrd(), { lineWidth: 120, aliasDuplicateObjects: false, schema: 'yaml-1.1' })}`;
