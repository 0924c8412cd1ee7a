// Functions travel as their source text. What a function closes over does not travel; nobody can see that from outside,
// so it shows as a ReferenceError on the engine.
import { Script } from 'node:vm';
import { MusterError } from '@muster/protocol';

// biome-ignore lint/complexity/noBannedTypes: any function at all
type AnyFunction = Function;

const known = new WeakMap<AnyFunction, string>();

/**
 * The source of a function as an expression: `(x) => x + 1`, `async function* f() {…}`; a method becomes the member
 * of an object literal. Throws MusterError `cannot_serialize` for what has no source (built-in and bound functions),
 * for classes and for methods with computed names.
 */
export function functionSource(fn: AnyFunction): string {
  const before = known.get(fn);
  if (before !== undefined) return before;
  const source = toExpression(fn);
  known.set(fn, source);
  return source;
}

/** True when the text is an expression that can be compiled; it is not run. */
export function isExpression(source: string): boolean {
  try {
    new Script(`(${source}\n)`);
    return true;
  } catch {
    return false;
  }
}

function toExpression(fn: AnyFunction): string {
  const source = Function.prototype.toString.call(fn);
  const name = fn.name === '' ? 'the function' : `'${fn.name}'`;
  if (/\{\s*\[native code\]\s*\}\s*$/.test(source))
    throw refuse(`${name} is built in or bound, so it has no source`, 'Wrap it: (...args) => thatFunction(...args)');
  if (/^class\b/.test(source))
    throw refuse(
      `${name} is a class`,
      'Define the class on the engines (execute or run), and use it there by its name.',
    );
  if (isExpression(source)) return source;
  const literal = `{ ${source} }`;
  if (/^((async|get|set)\b\s*)?\*?\s*\[/.test(source) || !isExpression(literal))
    throw refuse(`${name} is written in a form that cannot be sent`, 'Write it as an arrow function or as a function.');
  if (/^(get|set)\s+[^(\s]/.test(source)) throw refuse(`${name} is an accessor`, 'Write it as a function.');
  return `Object.values(${literal})[0]`;
}

const refuse = (why: string, remedy: string): MusterError => new MusterError('cannot_serialize', why, remedy);
