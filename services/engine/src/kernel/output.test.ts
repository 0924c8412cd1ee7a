import { expect, test } from 'vitest';
import { createOutput } from './output.ts';

function createProbe() {
  const seen: [string, string, unknown][] = [];
  let nowMs = 0;
  const output = createOutput(
    (name, text, parent) => void seen.push([name, text, parent.msg_id]),
    () => nowMs,
  );
  return { seen, output, pass: (ms: number) => (nowMs += ms) };
}
const a = { msg_id: 'a' };
const b = { msg_id: 'b' };

test('little output goes out at once', () => {
  const { seen, output } = createProbe();
  output.write('stdout', 'x', a);
  output.write('stderr', 'y', a);
  expect(seen).toEqual([
    ['stdout', 'x', 'a'],
    ['stderr', 'y', 'a'],
  ]);
});

test('a flood is gathered, also when the event loop never runs; nothing is lost or mixed', () => {
  const { seen, output, pass } = createProbe();
  for (let i = 0; i < 1000; i++) {
    output.write('stdout', 'x', a);
    pass(0.1);
  }
  output.write('stdout', 'z', b);
  output.flush();
  const text = seen.map(([, piece]) => piece).join('');
  expect(text).toBe(`${'x'.repeat(1000)}z`);
  expect(seen.length).toBeLessThan(200);
  expect(seen.at(-1)).toEqual(['stdout', 'z', 'b']);
});

test('large pieces do not wait', () => {
  const { seen, output } = createProbe();
  for (let i = 0; i < 100; i++) output.write('stdout', 'x', a);
  const before = seen.length;
  output.write('stdout', 'y'.repeat(300_000), a);
  expect(seen.length).toBe(before + 1);
});

test('a quiet time gives the right to speak at once again', () => {
  const { seen, output, pass } = createProbe();
  for (let i = 0; i < 100; i++) output.write('stdout', 'x', a);
  output.flush();
  pass(100);
  const before = seen.length;
  output.write('stdout', 'now', a);
  expect(seen.at(-1)).toEqual(['stdout', 'now', 'a']);
  expect(seen.length).toBe(before + 1);
});
