// A Python config file (`c = get_config()`, `c.Class.trait = value`) as plain data. No code runs: what is more than plain
// values is left out, and said.
import type { Json, JsonObject } from '@muster/protocol';
import { readLiteral } from './literals.ts';
import { readStatements, type Statement, type Token } from './statements.ts';

export interface PythonAssignment {
  /** `HubFactory.ip`. */
  readonly name: string;
  readonly value: Json;
  /** Line of the last statement that changed it, from 1. */
  readonly line: number;
}

export interface LeftOut {
  readonly line: number;
  readonly lastLine: number;
  /** Begin of the first line. */
  readonly source: string;
  /** A clause: `it calls join()`. */
  readonly why: string;
}

export interface PythonConfig {
  /** In the order of the file, each name once, with its last value. */
  readonly assignments: readonly PythonAssignment[];
  readonly leftOut: readonly LeftOut[];
}

/** A text of a variable that is longer is not taken over, so that no small file grows into a huge one. */
const longestVariable = 200;

interface State {
  readonly values: Map<string, { value: Json; line: number }>;
  /** Plain variables. */
  readonly names: Map<string, Json>;
  /** Names of the config object. */
  readonly configs: Set<string>;
}

/** Reads the source text of a Python config file; takes any text. */
export function readPythonConfig(source: string): PythonConfig {
  const state: State = { values: new Map(), names: new Map(), configs: new Set(['c']) };
  const leftOut: LeftOut[] = [];
  let inBlock = false;
  for (const statement of readStatements(source)) {
    // What is indented, or stands behind `if x:` on its line, belongs to the block and is left out with it.
    const isInside = statement.indent > 0 || (statement.behind && inBlock);
    if (isInside && inBlock) {
      const block = leftOut.at(-1);
      if (block !== undefined) leftOut[leftOut.length - 1] = { ...block, lastLine: statement.lastLine };
      continue;
    }
    inBlock = isBlock(statement);
    const why = statement.broken ?? (isInside ? 'it is indented' : inBlock ? 'it is code' : run(statement, state));
    if (why === undefined) continue;
    const { line, lastLine, source: shown } = statement;
    leftOut.push({ line, lastLine, source: shown, why });
  }
  const assignments = [...state.values].map(([name, { value, line }]) => ({ name, value, line }));
  return { assignments, leftOut };
}

const blockWords: ReadonlySet<string> = new Set(
  'if elif else for while try except finally with def class async match case'.split(' '),
);

/** `match` and `case` are names, too, unless a colon ends the line. */
const isBlock = ({ tokens }: Statement): boolean => {
  const [first] = tokens;
  if (first?.kind === 'operator') return first.value === '@';
  if (first?.kind !== 'name' || !blockWords.has(first.value)) return false;
  return tokens.some((token) => isOperator(token, ':')) || first.value === 'async';
};

const isOperator = (token: Token | undefined, value: string): boolean =>
  token?.kind === 'operator' && token.value === value;

/** Does what a statement says; why not, where it cannot. */
function run({ tokens, line }: Statement, state: State): string | undefined {
  const [first] = tokens;
  if (first?.kind === 'string' && tokens.every(({ kind }) => kind === 'string')) return undefined;
  if (first?.kind !== 'name') return 'it is an expression';
  if (first.value === 'pass' && tokens.length === 1) return undefined;
  if (first.value === 'import' || first.value === 'from')
    return importsConfigOnly(tokens) ? undefined : 'it is an import';
  if (first.value === 'load_subconfig') return 'it reads another file: import that one, too';
  const path = readPath(tokens);
  const rest = tokens.slice(path.length * 2 - 1);
  const [root = '', ...names] = path;
  if (names.length === 0) return assignName(root, rest, state);
  if (!state.configs.has(root)) return `the name ${root} is not known`;
  if (names.length === 3 && isOperator(rest[0], '(')) return callMethod(names, rest, line, state);
  if (names.length !== 2) return `it is no setting: those are written ${root}.Class.name`;
  return assignTrait(names.join('.'), rest, line, state);
}

/** `from traitlets.config import get_config`. */
const importsConfigOnly = (tokens: readonly Token[]): boolean =>
  tokens.length >= 4 && tokens.at(-2)?.value === 'import' && tokens.at(-1)?.value === 'get_config';

/** `c.HubFactory.ip` at the begin, as its names. */
function readPath(tokens: readonly Token[]): string[] {
  const names = [tokens[0]!.value];
  for (let at = 1; isOperator(tokens[at], '.') && tokens[at + 1]?.kind === 'name'; at += 2)
    names.push(tokens[at + 1]!.value);
  return names;
}

/** `c = get_config()`, `n = 4`. */
function assignName(name: string, rest: readonly Token[], state: State): string | undefined {
  if (!isOperator(rest[0], '=')) return 'it is an expression';
  const value = rest.slice(1);
  state.names.delete(name);
  if (value.map((token) => token.value).join('') === 'get_config()' && value[0]?.kind === 'name') {
    state.configs.add(name);
    return undefined;
  }
  state.configs.delete(name);
  const read = readLiteral(value, state.names);
  if ('refused' in read) return read.refused;
  const isPlain = typeof read.value !== 'object' && String(read.value).length <= longestVariable;
  if (!isPlain && read.value !== null) return 'it is a variable that is no short text, number, True, False or None';
  state.names.set(name, read.value);
  return undefined;
}

/** `= value`, `+= value`, `['key'] = value`. */
function assignTrait(name: string, rest: readonly Token[], line: number, state: State): string | undefined {
  const close = isOperator(rest[0], '[') ? rest.findIndex((token) => isOperator(token, ']')) : -1;
  if (close > 0) return assignMember(name, rest.slice(1, close), rest.slice(close + 1), line, state);
  const [operator] = rest;
  if (!isOperator(operator, '=') && !isOperator(operator, '+=')) return 'it is an expression';
  const read = readLiteral(rest.slice(1), state.names);
  if ('refused' in read) return read.refused;
  if (isOperator(operator, '=')) return set(name, read.value, line, state);
  return extend(name, read.value, line, state);
}

function set(name: string, value: Json, line: number, state: State): undefined {
  state.values.delete(name);
  state.values.set(name, { value, line });
}

/** Adds to what the file has set so far, in place: the value is nobody else's. */
function extend(name: string, more: Json, line: number, state: State): string | undefined {
  const there = state.values.get(name);
  if (Array.isArray(more)) {
    if (there === undefined) return set(name, more, line, state);
    if (!Array.isArray(there.value)) return `${name} is no list`;
    for (const one of more) there.value.push(one);
  } else {
    const isSame = there !== undefined && typeof there.value === typeof more;
    if (isSame && typeof more === 'string') there.value = `${there.value}${more}`;
    else if (isSame && typeof more === 'number') there.value = Number(there.value) + more;
    else return 'it adds to what is not known here';
  }
  if (there !== undefined) there.line = line;
  return undefined;
}

function assignMember(name: string, at: readonly Token[], rest: readonly Token[], line: number, state: State) {
  const key = readLiteral(at, state.names);
  const value = isOperator(rest[0], '=') ? readLiteral(rest.slice(1), state.names) : { refused: 'it is an expression' };
  if ('refused' in value) return value.refused;
  if ('refused' in key) return key.refused;
  if (typeof key.value !== 'string' && typeof key.value !== 'number') return 'the key is neither text nor a number';
  return merge(name, Object.fromEntries([[String(key.value), value.value]]), line, state);
}

function merge(name: string, more: JsonObject, line: number, state: State): string | undefined {
  const there = state.values.get(name);
  if (there === undefined) return set(name, more, line, state);
  if (!isObject(there.value)) return `${name} is no dict`;
  for (const [key, value] of Object.entries(more))
    Object.defineProperty(there.value, key, { value, enumerable: true, writable: true, configurable: true });
  there.line = line;
  return undefined;
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `c.Class.trait.append(value)`, and `extend`, `prepend`, `update`. */
function callMethod(names: readonly string[], rest: readonly Token[], line: number, state: State): string | undefined {
  const [className = '', trait = '', method = ''] = names;
  const name = `${className}.${trait}`;
  if (!['append', 'extend', 'prepend', 'update'].includes(method)) return `it calls ${method}()`;
  if (!isOperator(rest.at(-1), ')')) return 'it is an expression';
  const read = readLiteral(rest.slice(1, -1), state.names);
  if ('refused' in read) return read.refused;
  const { value } = read;
  if (method === 'append') return extend(name, [value], line, state);
  if (method === 'update') return isObject(value) ? merge(name, value, line, state) : 'update() needs a dict';
  if (!Array.isArray(value)) return `${method}() needs a list`;
  if (method === 'extend') return extend(name, value, line, state);
  const there = state.values.get(name);
  if (there === undefined) return set(name, value, line, state);
  if (!Array.isArray(there.value)) return `${name} is no list`;
  for (const one of value.reverse()) there.value.unshift(one);
  there.line = line;
  return undefined;
}
