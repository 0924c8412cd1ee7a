import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate } from './expression.ts';
import { formatValue } from './format-spec.ts';
import { renderTemplate } from './template.ts';

const values = {
  ...{ n: 6, queue: 'short', launch_id: 'training-x7k2p', job_name: 'training-x7k2p' },
  ...{ profile_dir: '"$HOME/x"', command: "sh -c 'engine {n}'" },
};
const render = (text: string): string => renderTemplate(text, values);

test('keys and arithmetic are filled in, values as they are', () => {
  expect(render('-l nodes={n//4}:ppn=4 -q {queue} {n} { n }')).toBe('-l nodes=1:ppn=4 -q short 6 { n }');
  expect(render('{(n+3)//4} {n*2} {n%4} {n - 1} {2*(n+1)}')).toBe('2 12 2 5 14');
  expect(render('exec {command} in {profile_dir}')).toBe(`exec sh -c 'engine {n}' in "$HOME/x"`);
});

test('braces of the shell stay', () => {
  const script = `echo \${HOME} \${n}; { list; }; for i in {1..4}; do awk '{print $1}'; done; f() { :; }; echo {}; cp a.{txt,bak}; grep -E 'a{3}'`;
  expect(render(script)).toBe(script);
});

test('expressions of all kinds, with formats', () => {
  expect(render('{n/4} {n**2} {-n} {min(n, 4)} {max(1, n//8)} {round(n/4)} {int(n/4)} {7 if n > 4 else n}')).toBe(
    '1.5 36 -6 4 1 2 1 7',
  );
  expect(render('{n:03d} {n/4:.2f} {queue:>8} {queue!s:_<7} {n:x} {n*1000:,} {(n+3)//4:+d} {queue+"-q"}')).toBe(
    '006 1.50    short short__ 6 6,000 +2 short-q',
  );
});

test('a template with doubled braces is written as for Python', () => {
  expect(render(`f() {{ awk '{{print $1}}' \${{HOME}}; }} {n}`)).toBe(`f() { awk '{print $1}' \${HOME}; } 6`);
});

test.each([
  ['{programm}', 'which is nothing'],
  ['{x+1}', 'which is nothing'],
  ['{n 1}', 'which is nothing'],
  ['{(n}', 'which is nothing'],
  ['{n//4//}', 'which is nothing'],
  ['{queue.upper()}', 'which is nothing'],
  ['{__proto__}', 'which is nothing'],
  ['{toString}', 'which is nothing'],
  ['{constructor(n)}', 'which is nothing'],
  ['{n//0}', 'divides by 0'],
  ['{queue*2}', 'a text is no number'],
  ['{n > queue if n else 1}', 'which is nothing'],
  ['{n**n**n**n}', 'no number that can be used'],
  ['{queue:d}', 'whose format is not known (:d)'],
  ['{n:zzz}', 'whose format is not known (:zzz)'],
])('what is nothing is refused, with what there is: %s', (text, why) => {
  expect(() => render(`#PBS\n${text}`)).toThrow(`has ${text}, `);
  expect(() => render(`#PBS\n${text}`)).toThrow(why);
  expect(() => render(text)).toThrow(
    expect.objectContaining({ remedy: expect.stringContaining('{n}, {queue}, {launch_id}') }),
  );
});

const numberOf = (text: string, n: number): unknown => {
  const result = evaluate(text, { n });
  return result.kind === 'value' ? result.value : result.kind;
};

test('arithmetic is that of Python', () => {
  const positive = fc.integer({ min: 1, max: 1000 });
  fc.assert(
    fc.property(positive, positive, positive, (n, a, b) => {
      expect(numberOf(`n//${a}`, n)).toBe(Math.floor(n / a));
      expect(numberOf(`n%${a}+n//${a}*${a}`, n)).toBe(n);
      expect(numberOf(`n - ${a} - ${b}`, n)).toBe(n - a - b);
      expect(numberOf(`(n - ${a})//${b}`, n)).toBe(Math.floor((n - a) / b));
      expect(numberOf(`-n**2`, n)).toBe(-(n ** 2));
    }),
  );
});

test('no text of any kind is more than a value or nothing, in its time', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 50 }), fc.string({ maxLength: 12 }), (text, spec) => {
      expect(['value', 'unknown', 'fault', 'text']).toContain(evaluate(text, { n: 3 }).kind);
      expect((formatValue(3, spec) ?? '').length).toBeLessThan(1200);
    }),
  );
  expect(numberOf('('.repeat(10_000), 1)).toBe('text');
  expect(numberOf('9'.repeat(400), 1)).toBe('fault');
  expect(render(`{${'('.repeat(50_000)}`)).toHaveLength(50_001);
  expect(() => render('x'.repeat(1_000_001))).toThrow(/longer than/);
});
