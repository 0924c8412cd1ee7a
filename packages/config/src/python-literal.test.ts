import { expect, test } from 'vitest';
import { pythonAsJson } from './python-literal.ts';

test.each<[string, unknown]>([
  ["['db.example', 27018]", ['db.example', 27_018]],
  ["('a', 5,)", ['a', 5]],
  ['{\'host\': None, "b": True,}', { host: null, b: true }],
  ["{'password': 'a\"b\\'c(True)', 'tls': True}", { password: `a"b'c(True)`, tls: true }],
  ['{"a": [1, {"b": false}]}', { a: [1, { b: false }] }],
])('%s', (text, value) => expect(JSON.parse(pythonAsJson(text))).toEqual(value));

test.each(['[', "['h", '[__import__("os")]', "{'a': b}"])('%s is no data', (text) => {
  expect(() => JSON.parse(pythonAsJson(text))).toThrow(SyntaxError);
});
