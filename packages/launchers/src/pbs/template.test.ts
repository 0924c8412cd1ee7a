import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate } from './arithmetic.ts';
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
  const script = `echo \${HOME} \${n}; { list; }; for i in {1..4}; do awk '{print $1}'; done; f() { :; }; echo {}`;
  expect(render(script)).toBe(script);
});

test.each([
  '{programm}',
  '{n//0}',
  '{n/4}',
  '{n**2}',
  '{x+1}',
  '{n 1}',
  '{(n}',
  '{__proto__}',
  '{toString}',
  '{n//4//}',
])('what is nothing is refused, with what there is: %s', (text) => {
  expect(() => render(`#PBS\n${text}`)).toThrow(`has ${text}, which is nothing`);
  try {
    render(text);
  } catch (error) {
    expect((error as { remedy: string }).remedy).toContain('{n}, {queue}, {launch_id}');
  }
});

test('arithmetic is that of Python', () => {
  const positive = fc.integer({ min: 1, max: 1000 });
  fc.assert(
    fc.property(positive, positive, positive, (n, a, b) => {
      expect(evaluate(`n//${a}`, { n })).toBe(Math.floor(n / a));
      expect(evaluate(`n%${a}+n//${a}*${a}`, { n })).toBe(n);
      expect(evaluate(`n - ${a} - ${b}`, { n })).toBe(n - a - b);
      expect(evaluate(`(n - ${a})//${b}`, { n })).toBe(Math.floor((n - a) / b));
    }),
  );
});

test('no text of any kind is more than a number or nothing', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 50 }), (text) => {
      const value = evaluate(text, { n: 3 });
      expect(value === undefined || Number.isSafeInteger(value)).toBe(true);
    }),
  );
  expect(evaluate('('.repeat(10_000), { n: 1 })).toBeUndefined();
  expect(evaluate('9'.repeat(40), { n: 1 })).toBeUndefined();
});
