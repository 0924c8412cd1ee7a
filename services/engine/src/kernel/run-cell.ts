// execute_request: a cell of code in the namespace, and expressions to evaluate after it (§8.3).
import type { JsonObject } from '@muster/protocol';
import type { Outcome, Request } from '../core/index.ts';
import type { CompiledCell, Compiler } from './code/compile.ts';
import { compileCell } from './code/compile.ts';
import type { Namespace } from './code/namespace.ts';
import { mimeBundle } from './display.ts';
import { describeFailure } from './failures.ts';

export interface CellOptions {
  readonly compiler: Compiler;
  readonly namespace: Namespace;
  readonly evaluate: (source: string) => unknown;
  /** In stack traces. */
  readonly name: string;
}

type CellValue = { readonly value: unknown } | undefined;

/** Runs a cell. The outcome at once when neither the code nor its display has to be waited for. Throws what the cell throws. */
export function runCell(request: Request, options: CellOptions): Outcome | Promise<Outcome> {
  const { code, user_expressions: expressions } = request.content;
  if (typeof code !== 'string') throw new TypeError('content.code is no text');
  const value = runCode(compileCell(options.compiler, code, options.name, options.namespace));
  if (value === undefined && !hasMembers(expressions)) return { status: 'ok' };
  return complete(value, expressions, request.content.silent === true, options);
}

/** Stacks as they are, without a drawing of the line. */
const bare = { displayErrors: false };

function runCode(cell: CompiledCell): CellValue | Promise<CellValue> {
  cell.functions?.runInThisContext(bare);
  const result: unknown = cell.body.runInThisContext(bare);
  if (!cell.async) return cell.hasValue ? { value: result } : undefined;
  return (result as Promise<[unknown] | undefined>).then((values) =>
    values === undefined ? undefined : { value: values[0] },
  );
}

async function complete(
  running: CellValue | Promise<CellValue>,
  expressions: unknown,
  silent: boolean,
  options: CellOptions,
): Promise<Outcome> {
  const result = await running;
  // As in Python, where None is not shown.
  const shows = !silent && result !== undefined && result.value !== undefined;
  const display = shows ? await mimeBundle(result.value) : undefined;
  if (!hasMembers(expressions)) return { status: 'ok', display };
  return { status: 'ok', display, userExpressions: await evaluateAll(expressions, options) };
}

const hasMembers = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0;

/** Each has a result or an error of its own. */
async function evaluateAll(expressions: Record<string, unknown>, options: CellOptions): Promise<JsonObject> {
  const results: JsonObject = {};
  for (const [name, source] of Object.entries(expressions)) {
    try {
      const value = await options.evaluate(String(source));
      results[name] = { status: 'ok', data: await mimeBundle(value), metadata: {} };
    } catch (error) {
      const { ename, evalue, traceback } = describeFailure(error);
      results[name] = { status: 'error', ename, evalue, traceback: [...traceback] };
    }
  }
  return results;
}
