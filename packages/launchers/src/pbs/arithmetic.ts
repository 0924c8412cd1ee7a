// Arithmetic of whole numbers, as people know it from Python: + - * // % and brackets, // rounding down. Pure.

type Variables = Readonly<Record<string, number>>;

/** The value of the text; undefined when it is no such expression, or has none (a division by 0, too large). */
export function evaluate(text: string, variables: Variables): number | undefined {
  const tokens = text.match(/\d+|[A-Za-z_]\w*|\/\/|[-+*%()]|\S/g) ?? [];
  if (tokens.length > 100) return undefined;
  const parser = createParser(tokens, variables);
  const value = parser.sum();
  return parser.atEnd() && Number.isSafeInteger(value) ? value : undefined;
}

/** NaN is what is wrong: it stays wrong whatever is done with it. */
function createParser(tokens: readonly string[], variables: Variables) {
  let at = 0;
  const takes = (...wanted: readonly string[]): string | undefined =>
    at < tokens.length && wanted.includes(tokens[at]!) ? tokens[at++] : undefined;

  const atom = (): number => {
    const token = tokens[at++];
    if (token === undefined) return Number.NaN;
    if (/^\d+$/.test(token)) return Number(token);
    if (Object.hasOwn(variables, token)) return variables[token]!;
    if (token !== '(') return Number.NaN;
    const inner = sum();
    return takes(')') ? inner : Number.NaN;
  };

  const product = (): number => {
    let value = atom();
    for (let sign = takes('*', '//', '%'); sign !== undefined; sign = takes('*', '//', '%')) {
      const right = atom();
      if (sign === '*') value *= right;
      else if (right === 0) value = Number.NaN;
      else value = sign === '//' ? Math.floor(value / right) : value - right * Math.floor(value / right);
    }
    return value;
  };

  const sum = (): number => {
    let value = product();
    for (let sign = takes('+', '-'); sign !== undefined; sign = takes('+', '-'))
      value = sign === '+' ? value + product() : value - product();
    return value;
  };

  return { sum, atEnd: () => at === tokens.length };
}
