// Cells and expressions → scripts of the main context.
import { constants, Script } from 'node:vm';
import type { Namespace } from './namespace.ts';
import type { Cell } from './transform.ts';

/** A cell, ready to run: its names are declared. */
export interface CompiledCell {
  readonly functions: Script | undefined;
  readonly body: Script;
  readonly async: boolean;
  readonly hasValue: boolean;
}

/** The parser and the stripper are loaded with the first cell: an engine that only applies functions needs neither. */
const load = async () => ({
  ...(await import('./transform.ts')),
  ...(await import('./typescript.ts')),
});
export type Compiler = Awaited<ReturnType<typeof load>>;
export const loadCompiler = load;

/** A script whose `import()` finds modules from the working directory. */
export const createScript = (code: string, filename: string, columnOffset = 0): Script =>
  new Script(code, {
    filename,
    columnOffset,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });

/** Compiles a cell of JavaScript or TypeScript, and declares its names. Throws SyntaxError. */
export function compileCell(compiler: Compiler, source: string, filename: string, namespace: Namespace): CompiledCell {
  const cell = transform(compiler, source);
  namespace.declare(cell.names);
  const scoped = (code: string, columnOffset = 0): Script => {
    const inScope = namespace.scope(code);
    return createScript(inScope.code, filename, columnOffset - inScope.columns);
  };
  return {
    functions: cell.functions === '' ? undefined : scoped(cell.functions),
    body: scoped(cell.body, cell.columnOffset),
    async: cell.async,
    hasValue: cell.hasValue,
  };
}

function transform({ transformCell, stripTypes }: Compiler, source: string): Cell {
  try {
    return transformCell(source);
  } catch (first) {
    if (!(first instanceof SyntaxError)) throw first;
    const stripped = stripTypes(source);
    try {
      return transformCell(stripped);
    } catch (error) {
      throw error instanceof SyntaxError ? first : error;
    }
  }
}
