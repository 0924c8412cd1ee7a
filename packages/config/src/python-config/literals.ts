// Python's literals as plain data: nothing is called, nothing is looked up but names that were given.
import type { Json } from '@muster/protocol';
import type { Token } from './statements.ts';

/** A value, or why there is none. */
export type Read = { readonly value: Json } | { readonly refused: string };

/** Lists within lists deeper than this are refused. */
const maxDepth = 64;

const refuse = (refused: string): { readonly refused: string } => ({ refused });

const constants: ReadonlyMap<string, Json> = new Map<string, Json>([
  ['None', null],
  ['True', true],
  ['False', false],
]);

/** The value of all the tokens: a literal, or several with commas, which are a tuple. `names`: values of plain names. */
export function readLiteral(tokens: readonly Token[], names: ReadonlyMap<string, Json>): Read {
  const reader = createReader(tokens, names);
  const items = reader.items(undefined, 0);
  if ('refused' in items) return items;
  if (!reader.atEnd()) return refuse(reader.unexpected());
  const [first] = items.values;
  if (items.values.length === 1 && !items.comma) return { value: first! };
  return items.values.length === 0 ? refuse('there is no value') : { value: items.values };
}

interface Items {
  readonly values: Json[];
  readonly comma: boolean;
}

function createReader(tokens: readonly Token[], names: ReadonlyMap<string, Json>) {
  let at = 0;
  const peek = (): Token | undefined => tokens[at];
  const isOperator = (value: string | undefined): boolean => {
    const token = peek();
    return token?.kind === 'operator' && token.value === value;
  };
  const take = (value: string): boolean => {
    if (!isOperator(value)) return false;
    at++;
    return true;
  };
  const unexpected = (): string => {
    const token = peek();
    return token === undefined ? 'it ends too early' : 'it is an expression, and only plain values are taken over';
  };

  /** Values with commas between them, up to `close` (not taken) or the end. */
  function items(close: string | undefined, depth: number): Items | { readonly refused: string } {
    const values: Json[] = [];
    let comma = false;
    while (at < tokens.length && !isOperator(close)) {
      const one = value(depth);
      if ('refused' in one) return one;
      values.push(one.value);
      if (!take(',')) break;
      comma = true;
    }
    return { values, comma };
  }

  function bracket(close: string, depth: number): Read {
    const inside = items(close, depth);
    if ('refused' in inside) return inside;
    if (!take(close)) return refuse(unexpected());
    const [first] = inside.values;
    const isGroup = close === ')' && inside.values.length === 1 && !inside.comma;
    return { value: isGroup ? first! : inside.values };
  }

  /** A dict, or a set, which becomes a list. */
  function braces(depth: number): Read {
    const entries: [string, Json][] = [];
    const members: Json[] = [];
    while (!isOperator('}')) {
      const key = value(depth);
      if ('refused' in key) return key;
      if (take(':')) {
        if (typeof key.value !== 'string' && typeof key.value !== 'number')
          return refuse('a key of a dict is neither text nor a number');
        const one = value(depth);
        if ('refused' in one) return one;
        entries.push([String(key.value), one.value]);
      } else {
        if (typeof key.value === 'object' && key.value !== null)
          return refuse('a set has more than plain values in it');
        members.push(key.value);
      }
      if (!take(',')) break;
    }
    if (!take('}')) return refuse(unexpected());
    if (members.length > 0 && entries.length > 0) return refuse('it is neither a dict nor a set');
    // fromEntries makes own members of any name, `__proto__` too.
    return { value: members.length > 0 ? members : Object.fromEntries(entries) };
  }

  function value(depth: number): Read {
    if (depth > maxDepth) return refuse(`it is nested deeper than ${maxDepth} levels`);
    const token = peek();
    if (token === undefined) return refuse('it ends too early');
    if (token.kind === 'string') return strings();
    at++;
    if (token.kind === 'number') return readNumber(token.value);
    if (token.kind === 'name') return named(token.value);
    if (token.value === '-' || token.value === '+') return signed(token.value, depth);
    if (token.value === '[') return bracket(']', depth + 1);
    if (token.value === '(') return bracket(')', depth + 1);
    if (token.value === '{') return braces(depth + 1);
    at--;
    return refuse(unexpected());
  }

  function strings(): Read {
    let text = '';
    for (let token = peek(); token?.kind === 'string'; token = peek()) {
      if (token.refused !== undefined) return refuse(token.refused);
      text += token.value;
      at++;
    }
    return { value: text };
  }

  function named(name: string): Read {
    const known = constants.get(name) ?? (constants.has(name) ? null : names.get(name));
    if (known !== undefined) return { value: known };
    if (isOperator('(')) return refuse(`it calls ${name}()`);
    return isOperator('.') ? refuse(unexpected()) : refuse(`the name ${name} is not known`);
  }

  function signed(sign: string, depth: number): Read {
    const one = value(depth + 1);
    if ('refused' in one) return one;
    if (typeof one.value !== 'number') return refuse(`${sign} stands before what is no number`);
    return { value: sign === '-' ? -one.value : one.value };
  }

  return { items, atEnd: () => at === tokens.length, unexpected };
}

/** Also Python's other bases and underscores; whole numbers that JavaScript cannot hold are refused. */
function readNumber(text: string): Read {
  if (/[jJ]$/.test(text)) return refuse('it is a complex number');
  if (/__|_$|^_|_\./.test(text)) return refuse(`${text} is no number`);
  const plain = text.replaceAll('_', '');
  if (/^0\d*[1-9]\d*$/.test(plain)) return refuse(`${text} is no number of today's Python`);
  const value = Number(plain);
  if (!Number.isFinite(value)) return refuse(`${text} is no number`);
  const isWhole = !/[.eE]/.test(plain) || /^0[xX]/.test(plain);
  return isWhole && !Number.isSafeInteger(value) ? refuse(`${text} is too large`) : { value };
}
