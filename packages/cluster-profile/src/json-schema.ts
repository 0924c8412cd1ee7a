// JSON Schema from the zod schema, in two forms: for a CRD (structural OpenAPI v3) and plain, as helm wants it.
import type { JsonObject } from '@muster/protocol';
import { MusterError } from '@muster/protocol';
import { z } from 'zod';
import { profileSchema } from './profile.ts';

type Node = Record<string, unknown>;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Applies `change` to every schema below and including this one, inner ones first. */
function everywhere(node: Node, change: (node: Node) => Node): Node {
  const inner: Node = { ...node };
  if (isNode(node.properties))
    inner.properties = Object.fromEntries(
      Object.entries(node.properties).map(([name, member]) => [name, everywhere(member as Node, change)]),
    );
  for (const key of ['items', 'additionalProperties'])
    if (isNode(node[key])) inner[key] = everywhere(node[key], change);
  return change(inner);
}

const generate = (): Node =>
  z.toJSONSchema(profileSchema, { target: 'openapi-3.0', io: 'input', unrepresentable: 'any' }) as Node;

/** Kubernetes drops unknown members by itself, and wants to be told where it shall not. */
function structural(node: Node): Node {
  const { additionalProperties, anyOf, 'x-kubernetes-int-or-string': either, ...rest } = node;
  if (either) {
    const text = (anyOf as Node[]).find(({ type }) => type === 'string')!;
    const types = [{ type: 'integer' }, { type: 'string' }];
    return {
      ...rest,
      anyOf: types,
      pattern: text.pattern,
      maxLength: text.maxLength,
      'x-kubernetes-int-or-string': true,
    };
  }
  if (additionalProperties === false) return rest;
  if (isNode(additionalProperties))
    return Object.keys(additionalProperties).length === 0
      ? { ...rest, 'x-kubernetes-preserve-unknown-fields': true }
      : { ...rest, additionalProperties };
  return node;
}

/** The schema of a ClusterProfile as a CRD has it. */
export function structuralSchema(): JsonObject {
  const { properties, required: _required, ...root } = everywhere(generate(), structural);
  const { metadata: _metadata, apiVersion: _apiVersion, kind: _kind, spec, status } = properties as Node;
  return {
    ...root,
    properties: {
      apiVersion: { type: 'string', description: 'Version of the schema of this object.' },
      kind: { type: 'string', description: 'Kind of this object.' },
      metadata: { type: 'object' },
      spec,
      status,
    },
    required: ['spec'],
  } as unknown as JsonObject;
}

function plain(node: Node): Node {
  return Object.fromEntries(Object.entries(node).filter(([key]) => !key.startsWith('x-kubernetes-')));
}

/**
 * A part of the schema as plain JSON Schema (draft 7), for other documents that take the same: `toJsonSchema('spec.engine.resources')`.
 * Members are named from the top (`''`); `[]` is an item of a list. Throws MusterError `bad_value` when there is no such member.
 */
export function toJsonSchema(path: string): JsonObject {
  let node = everywhere(generate(), plain);
  for (const step of path === '' ? [] : path.split('.').flatMap((name) => name.split(/(?=\[\])/))) {
    const next: unknown = step === '[]' ? node.items : (node.properties as Node | undefined)?.[step];
    if (!isNode(next)) throw new MusterError('bad_value', `A ClusterProfile has no member ${path}.`);
    node = next;
  }
  return node as JsonObject;
}
