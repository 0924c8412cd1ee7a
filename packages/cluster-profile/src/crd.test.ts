import { expect, test } from 'vitest';
import { buildCrd } from './crd.ts';
import { structuralSchema, toJsonSchema } from './json-schema.ts';

type Node = { [key: string]: unknown };

/** Every schema of a tree, with its path. */
function* schemas(node: Node, path = ''): Generator<[path: string, node: Node]> {
  yield [path, node];
  for (const [name, member] of Object.entries((node.properties as Node | undefined) ?? {}))
    yield* schemas(member as Node, `${path}.${name}`);
  for (const key of ['items', 'additionalProperties'])
    if (typeof node[key] === 'object') yield* schemas(node[key] as Node, `${path}[]`);
}

const all = [...schemas(structuralSchema())];

test('the schema is structural: a type everywhere, no choices, nothing that a CRD may not have', () => {
  expect(all.length).toBeGreaterThan(60);
  for (const [path, node] of all) {
    for (const key of ['oneOf', 'allOf', 'not', '$ref', 'propertyNames', 'const'])
      expect(node, path).not.toHaveProperty(key);
    if (node['x-kubernetes-int-or-string']) expect(node.anyOf, path).toEqual([{ type: 'integer' }, { type: 'string' }]);
    else expect(node, path).toHaveProperty('type');
    if (node.additionalProperties !== undefined) expect(node.additionalProperties, path).toBeTypeOf('object');
  }
});

test('every member is described, and everything has a limit', () => {
  for (const [path, node] of all) {
    const own = path.startsWith('.spec') || path.startsWith('.status');
    if (own && !path.endsWith('[]')) expect(node, path).toHaveProperty('description');
    if (!own) continue;
    if (node.type === 'string') expect(node.enum ?? node.maxLength, path).toBeDefined();
    if (node.type === 'array') expect(node, path).toHaveProperty('maxItems');
    if (node.type === 'integer')
      expect(node, path).toMatchObject({ minimum: expect.any(Number), maximum: expect.any(Number) });
    if (node.additionalProperties) expect(node, path).toHaveProperty('maxProperties');
  }
});

test('rules have a message, and stand where they are meant', () => {
  const rules = all.flatMap(([path, node]) =>
    ((node['x-kubernetes-validations'] as { rule: string; message: string }[] | undefined) ?? []).map((rule) => ({
      path,
      ...rule,
    })),
  );
  expect(rules.length).toBeGreaterThan(15);
  for (const { message } of rules) expect(message.length).toBeGreaterThan(10);
  expect(rules.find(({ path }) => path === '.spec.launcher')?.message).toBe(
    'spec.launcher must have exactly one of pods, local, ssh, mpi, pbs',
  );
});

test('names, subresources and columns', () => {
  expect(buildCrd()).toMatchObject({
    metadata: { name: 'clusterprofiles.muster.dev' },
    spec: {
      scope: 'Namespaced',
      names: { kind: 'ClusterProfile', plural: 'clusterprofiles', shortNames: ['mcp'] },
      versions: [
        {
          name: 'v1alpha1',
          subresources: {
            status: {},
            scale: { specReplicasPath: '.spec.engines', statusReplicasPath: '.status.registered' },
          },
          additionalPrinterColumns: ['Launcher', 'Desired', 'Launched', 'Registered', 'Ready', 'Age'].map((name) => ({
            name,
          })),
        },
      ],
    },
  });
});

test('parts of the schema as plain JSON Schema', () => {
  expect(toJsonSchema('spec.engine.resources')).toMatchObject({
    type: 'object',
    properties: {
      limits: { maxProperties: 16, additionalProperties: { anyOf: [{ type: 'string' }, { type: 'integer' }] } },
    },
    additionalProperties: false,
  });
  expect(toJsonSchema('spec.launcher.pods.tolerations[].operator')).toMatchObject({
    enum: ['Exists', 'Equal'],
    default: 'Equal',
  });
  for (const [, node] of schemas(toJsonSchema('spec') as Node))
    expect(Object.keys(node).filter((key) => key.startsWith('x-'))).toEqual([]);
  expect(() => toJsonSchema('spec.nothing')).toThrow('no member spec.nothing');
});
