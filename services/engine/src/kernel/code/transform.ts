// A cell of code → scripts for the persistent namespace, which is the global object: what a cell declares at its top level
// becomes a property there, so that later cells see it and may declare it again.
import type { AnyNode, Program, Statement, VariableDeclaration } from 'acorn';
import { Parser } from 'acorn';
import type { Edits } from './edits.ts';
import { blanked, createEdits } from './edits.ts';
import { importExpression } from './imports.ts';
import { boundNames, walk } from './syntax.ts';

/** What to run of a cell, in this order. Lines are those of the source. */
export interface Cell {
  /** Names that it declares at its top level: made properties of the global object before it runs. */
  readonly names: readonly string[];
  /** Script that makes its functions, which are there before anything else runs; '' when it has none. */
  readonly functions: string;
  /** Script of the rest. */
  readonly body: string;
  /** Characters that stand before the source in the first line of `body`. */
  readonly columnOffset: number;
  /** `body` gives a promise of `[value]`; else the value itself. */
  readonly async: boolean;
  /** The cell ends with an expression: its value is the cell's result. */
  readonly hasValue: boolean;
}

const wrapper = '(async () => { ';

/** Throws SyntaxError with `pos` and `loc` (of acorn) when it is no JavaScript. */
export function transformCell(source: string): Cell {
  const program = Parser.parse(source, {
    ecmaVersion: 'latest',
    sourceType: 'script',
    allowAwaitOutsideFunction: true,
    allowImportExportEverywhere: true,
    allowHashBang: true,
  });
  const edits = createEdits(source);
  const names = new Set<string>();
  const functions: { readonly start: number; readonly end: number; readonly name: string }[] = [];
  for (const statement of program.body) rewriteTopLevel(statement as Statement, source, edits, { names, functions });
  const isAsync = rewriteBelow(program, edits, names, source);
  if (source.startsWith('#!')) edits.blank(0, firstLineEnd(source));

  const last = program.body.findLast((statement) => statement.type !== 'EmptyStatement');
  const hasValue = last?.type === 'ExpressionStatement';
  if (isAsync && last?.type === 'ExpressionStatement') {
    edits.insert(last.start, ';return [(');
    edits.insert(source[last.end - 1] === ';' ? last.end - 1 : last.end, ')]');
  }
  const code = edits.apply();
  return {
    names: [...names],
    functions: functionScript(source, program, functions),
    body: isAsync ? `${wrapper}${code}\n})()` : code,
    columnOffset: isAsync ? -wrapper.length : 0,
    async: isAsync,
    hasValue,
  };
}

interface Found {
  readonly names: Set<string>;
  readonly functions: { readonly start: number; readonly end: number; readonly name: string }[];
}

function rewriteTopLevel(statement: AnyNode, source: string, edits: Edits, found: Found): void {
  switch (statement.type) {
    case 'VariableDeclaration':
      if (isPlain(statement)) rewriteVariables(statement, 'statement', edits, found.names, source);
      return;
    case 'FunctionDeclaration':
      edits.blank(statement.start, statement.end);
      if (statement.id === null) return;
      found.names.add(statement.id.name);
      found.functions.push({ start: statement.start, end: statement.end, name: statement.id.name });
      return;
    case 'ClassDeclaration':
      if (statement.id === null) return;
      found.names.add(statement.id.name);
      edits.insert(statement.start, `;${statement.id.name}=`);
      edits.insert(statement.end, ';');
      return;
    case 'ImportDeclaration': {
      const { names, code } = importExpression(statement);
      for (const name of names) found.names.add(name);
      edits.replace(statement.start, statement.end, `;${code};`);
      return;
    }
    default:
      rewriteExport(statement, source, edits, found);
  }
}

/** Exports have no meaning in a cell; what they declare stays. */
function rewriteExport(statement: AnyNode, source: string, edits: Edits, found: Found): void {
  if (statement.type === 'ExportNamedDeclaration' && statement.source == null) {
    if (statement.declaration == null) return edits.blank(statement.start, statement.end);
    edits.blank(statement.start, statement.declaration.start);
    rewriteTopLevel(statement.declaration, source, edits, found);
  } else if (statement.type === 'ExportDefaultDeclaration') {
    const { declaration } = statement;
    edits.blank(statement.start, declaration.start);
    const isDeclaration = declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration';
    if (isDeclaration && declaration.id !== null) rewriteTopLevel(declaration, source, edits, found);
    else if (isDeclaration) edits.blank(declaration.start, declaration.end);
    else edits.insert(declaration.start, ';');
  } else if (statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportAllDeclaration') {
    throw new SyntaxError("'export … from' is for modules; in a cell use import.");
  }
}

/** `using` is bound to the cell's own scope and stays as it is. */
const isPlain = (declaration: VariableDeclaration): boolean => !declaration.kind.includes('using');

/** Rewrites `var` in blocks and loops, and `import.meta`; finds out whether anything awaits. */
function rewriteBelow(program: Program, edits: Edits, names: Set<string>, source: string): boolean {
  const top = new Set<AnyNode>(program.body);
  let awaits = program.body.some((statement) => statement.type === 'ImportDeclaration');
  walk(program, (node, parent) => {
    if (node.type === 'AwaitExpression' || (node.type === 'ForOfStatement' && node.await)) awaits = true;
    if (node.type === 'MetaProperty' && node.meta.name === 'import')
      edits.replace(node.start, node.end, "globalThis[Symbol.for('muster.importMeta')]");
    if (node.type !== 'VariableDeclaration') return;
    if (!isPlain(node)) awaits = true;
    else if (node.kind === 'var' && !top.has(node) && parent.type !== 'ExportNamedDeclaration')
      rewriteVariables(node, placeOf(node, parent), edits, names, source);
  });
  return awaits;
}

/** Where a declaration stands: among statements, alone as the body of an if or a loop, or in the head of a loop. */
type Place = 'statement' | 'body' | 'head' | 'left';

function placeOf(node: AnyNode, parent: AnyNode): Place {
  if (parent.type === 'ForStatement' && parent.init === node) return 'head';
  if ((parent.type === 'ForInStatement' || parent.type === 'ForOfStatement') && parent.left === node) return 'left';
  const inList = parent.type === 'BlockStatement' || parent.type === 'SwitchCase' || parent.type === 'Program';
  return inList ? 'statement' : 'body';
}

/** Declarations become assignments: `const a = 1, {b} = c` → `(a = 1, {b} = c)`. */
function rewriteVariables(
  declaration: VariableDeclaration,
  place: Place,
  edits: Edits,
  names: Set<string>,
  source: string,
): void {
  const first = declaration.declarations[0]!;
  const last = declaration.declarations.at(-1)!;
  for (const { id, init, start, end } of declaration.declarations) {
    for (const name of boundNames(id)) names.add(name);
    if (init != null || place === 'left') continue;
    // `let x;` makes it undefined; `var x;` leaves what it has.
    if (declaration.kind === 'var') edits.replace(start, end, '0');
    else edits.insert(end, '=void 0');
  }
  const keyword = first.start - declaration.start;
  const open = { statement: ';void (', body: 'void (', head: '', left: '' }[place];
  edits.replace(declaration.start, first.start, open.padStart(keyword));
  if (place === 'head' || place === 'left') return;
  edits.insert(last.end, source[declaration.end - 1] === ';' ? ')' : ');');
}

/** Only the functions of the cell, each assigned to its name, in the lines where they were. */
function functionScript(source: string, program: Program, functions: Found['functions']): string {
  if (functions.length === 0) return '';
  const kept = program.body.filter((statement) => 'directive' in statement && statement.directive !== undefined);
  const parts = [
    ...kept.map(({ start, end }) => ({ start, end, text: source.slice(start, end) })),
    ...functions.map(({ start, end, name }) => ({ start, end, text: `;${name}=${source.slice(start, end)};` })),
  ].sort((a, b) => a.start - b.start);
  let script = '';
  let at = 0;
  for (const { start, end, text } of parts) {
    script += blanked(source.slice(at, start)) + text;
    at = end;
  }
  return script;
}

const firstLineEnd = (source: string): number => {
  const end = source.indexOf('\n');
  return end < 0 ? source.length : end;
};
