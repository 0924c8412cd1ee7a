// Simple expressions on names, as people know them from Python: numbers, texts, + - * / // % **, comparisons, `a if b else c`, and a few
// functions. They are read, never run as code. Pure.

export type Value = number | string;
export type Variables = Readonly<Record<string, Value>>;

/** `text` when this is no expression at all. */
export type Evaluation =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'unknown'; readonly name: string }
  | { readonly kind: 'fault'; readonly why: string }
  | { readonly kind: 'text' };

const functions: Readonly<Record<string, (...numbers: number[]) => number>> = {
  min: Math.min,
  max: Math.max,
  abs: Math.abs,
  int: Math.trunc,
  round: Math.round,
};

const symbols = ['//', '**', '==', '!=', '<=', '>=', '<', '>', '+', '-', '*', '/', '%', '(', ')', ','] as const;
const comparisons: Readonly<Record<string, (a: Value, b: Value) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};
const maxTokens = 200;

/** Found while reading; they end it. */
class Stop extends Error {
  readonly result: Evaluation;
  constructor(result: Evaluation) {
    super(result.kind);
    this.result = result;
  }
}
const stop = (result: Evaluation): never => {
  throw new Stop(result);
};
const notOne = (): never => stop({ kind: 'text' });
const fault = (why: string): never => stop({ kind: 'fault', why });

export function evaluate(text: string, variables: Variables): Evaluation {
  try {
    const tokens = tokensOf(text);
    const parser = createParser(tokens, variables);
    const value = parser.choice();
    if (!parser.atEnd()) notOne();
    const name = parser.unknown();
    if (name !== undefined) return { kind: 'unknown', name };
    if (typeof value === 'number' && !(Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER))
      fault('it is no number that can be used');
    return { kind: 'value', value };
  } catch (error) {
    if (error instanceof Stop) return error.result;
    throw error;
  }
}

function tokensOf(text: string): string[] {
  const form = /\s*(\d+(?:\.\d+)?|[A-Za-z_]\w*|'[^'\\]*'|"[^"\\]*"|\/\/|\*\*|[=!<>]=|[<>+*/%(),-])/y;
  const tokens: string[] = [];
  const end = text.trimEnd().length;
  while (form.lastIndex < end) {
    const [, token] = form.exec(text) ?? notOne();
    tokens.push(token!);
    if (tokens.length > maxTokens) notOne();
  }
  return tokens;
}

function createReader(tokens: readonly string[]) {
  let at = 0;
  const takes = (...wanted: readonly string[]): string | undefined =>
    at < tokens.length && wanted.includes(tokens[at]!) ? tokens[at++] : undefined;
  return {
    takes,
    needs: (wanted: string): void => void (takes(wanted) ?? notOne()),
    next: (): string => tokens[at++] ?? notOne(),
    comes: (wanted: string): boolean => tokens[at] === wanted,
    atEnd: (): boolean => at === tokens.length,
  };
}

function createParser(tokens: readonly string[], variables: Variables) {
  const { takes, needs, next, comes, atEnd } = createReader(tokens);
  let unknown: string | undefined;

  const atom = (): Value => {
    const token = next();
    if (/^\d/.test(token)) return Number(token);
    if (/^['"]/.test(token)) return token.slice(1, -1);
    if (token === '(') {
      const inner = choice();
      needs(')');
      return inner;
    }
    if (symbols.includes(token as '+')) notOne();
    if (comes('(') && Object.hasOwn(functions, token)) return call(token);
    if (Object.hasOwn(variables, token)) return variables[token]!;
    // Whether it is an expression at all shows only at its end.
    unknown ??= token;
    return Number.NaN;
  };

  const call = (name: string): number => {
    needs('(');
    const given = [numberIn(choice())];
    while (takes(',')) given.push(numberIn(choice()));
    needs(')');
    return functions[name]!(...given);
  };

  const power = (): Value => {
    const base = atom();
    return takes('**') ? numberIn(base) ** numberIn(sign()) : base;
  };
  const sign = (): Value => (takes('-') ? -numberIn(sign()) : power());

  const product = (): Value => {
    let value = sign();
    for (let by = takes('*', '//', '/', '%'); by !== undefined; by = takes('*', '//', '/', '%'))
      value = multiply(numberIn(value), by, numberIn(sign()));
    return value;
  };

  const sum = (): Value => {
    let value = product();
    for (let by = takes('+', '-'); by !== undefined; by = takes('+', '-')) {
      const right = product();
      if (by === '+' && typeof value === 'string' && typeof right === 'string') value += right;
      else value = by === '+' ? numberIn(value) + numberIn(right) : numberIn(value) - numberIn(right);
    }
    return value;
  };

  const truth = (): boolean => {
    const left = sum();
    const by = takes(...Object.keys(comparisons));
    if (by === undefined) return left !== 0 && left !== '';
    const right = sum();
    if (typeof left !== typeof right && by !== '==' && by !== '!=') fault('a text and a number cannot be compared');
    return comparisons[by]!(left, right);
  };

  const choice = (): Value => {
    const value = sum();
    if (!takes('if')) return value;
    const holds = truth();
    needs('else');
    const otherwise = choice();
    return holds ? value : otherwise;
  };

  return { choice, atEnd, unknown: () => unknown };
}

const numberIn = (value: Value): number => (typeof value === 'number' ? value : fault('a text is no number'));

/** As Python rounds: down. */
function multiply(left: number, by: string, right: number): number {
  if (by === '*') return left * right;
  if (right === 0) return fault('it divides by 0');
  if (by === '/') return left / right;
  return by === '//' ? Math.floor(left / right) : left - right * Math.floor(left / right);
}
