import { expect, test } from 'vitest';
import { readmeWith, schemaOf, yamlOf } from './values-files.ts';
import { type ChartValue, chartValues } from './values-table.ts';

test('every value is named once and described in sentences', () => {
  expect(new Set(chartValues.map(({ path }) => path)).size).toBe(chartValues.length);
  for (const { path, description } of chartValues) expect(`${path}: ${description}`).toMatch(/^[\w.]+: .+\.$/);
});

const some: readonly ChartValue[] = [
  { path: 'a.b', default: '1', shape: { type: 'string' }, description: 'One.' },
  { path: 'a.c', default: [{ d: 2 }], shape: { type: 'array' }, description: 'Two.' },
];

test('the schema refuses what is not in the table', () => {
  expect(JSON.parse(schemaOf(some))).toMatchObject({
    additionalProperties: false,
    properties: {
      a: {
        additionalProperties: false,
        properties: { b: { type: 'string', default: '1', description: 'One.' }, c: { type: 'array' } },
      },
    },
  });
});

test('texts stay texts in values.yaml', () => {
  expect(yamlOf(some).split('\n').slice(1).join('\n')).toBe('a:\n  # One.\n  b: "1"\n  # Two.\n  c: [{d: 2}]\n');
});

test('a README without the marks is refused', () => {
  expect(() => readmeWith('', 'x')).toThrow('values');
  expect(readmeWith('a\n<!-- values -->\nold\n<!-- end of values -->\nb', 'new')).toBe(
    'a\n<!-- values -->\n\nnew\n\n<!-- end of values -->\nb',
  );
});
