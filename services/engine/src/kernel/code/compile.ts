// Cells and expressions → scripts of the main context.
import { constants, Script } from 'node:vm';
import type { Cell } from './transform.ts';

/** A cell, ready to run. */
export interface CompiledCell {
  readonly names: readonly string[];
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

/** Compiles a cell of JavaScript or TypeScript. Throws SyntaxError. */
export function compileCell({ transformCell, stripTypes }: Compiler, source: string, filename: string): CompiledCell {
  let cell: Cell;
  try {
    cell = transformCell(source);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    cell = transformStripped(transformCell, stripTypes(source), error);
  }
  return {
    names: cell.names,
    functions: cell.functions === '' ? undefined : createScript(cell.functions, filename),
    body: createScript(cell.body, filename, cell.columnOffset),
    async: cell.async,
    hasValue: cell.hasValue,
  };
}

function transformStripped(transformCell: Compiler['transformCell'], stripped: string, first: SyntaxError): Cell {
  try {
    return transformCell(stripped);
  } catch (error) {
    throw error instanceof SyntaxError ? first : error;
  }
}
