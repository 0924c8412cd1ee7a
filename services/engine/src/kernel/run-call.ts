// apply_request: functions of TypeScript clients, called in the namespace (§8.2).
import type { Script } from 'node:vm';
import { isCall, packValue, unpackCall } from '@muster/serialize';
import type { Failure, Outcome, Request } from '../core/index.ts';
import { failure, wrongKernel } from '../core/index.ts';
import { createScript } from './code/compile.ts';
import type { Namespace } from './code/namespace.ts';
import { stripTypes } from './code/typescript.ts';

const keptScripts = 500;
const keptChars = 100_000;

/** Evaluates an expression of JavaScript or TypeScript. Compiled ones are kept. */
export function createEvaluator(namespace: Namespace): (source: string) => unknown {
  const scripts = new Map<string, Script>();
  let { version } = namespace;
  return (source) => {
    if (version !== namespace.version) scripts.clear();
    version = namespace.version;
    let script = scripts.get(source);
    if (script === undefined) {
      script = compile(source, namespace);
      if (source.length <= keptChars) {
        if (scripts.size >= keptScripts) scripts.delete(scripts.keys().next().value!);
        scripts.set(source, script);
      }
    }
    return script.runInThisContext({ displayErrors: false });
  };
}

function compile(source: string, namespace: Namespace): Script {
  const asExpression = (text: string): Script => {
    const { code, columns } = namespace.scope(text);
    // Without the bracket's own column, an error in the first line points at the user's.
    return createScript(code, 'call', -1 - columns);
  };
  try {
    return asExpression(`(${source}\n)`);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    try {
      return asExpression(stripTypes(`(${source}\n)`));
    } catch {
      throw error;
    }
  }
}

/** Calls the function of a request. Its result at once, or a promise when it is async. Throws what it throws. */
export function runCall(request: Request, evaluate: (source: string) => unknown): Outcome | Promise<Outcome> {
  if (!isCall(request.content)) return refusePython(request);
  const revive = { reference: evaluate, function: evaluate };
  const { source, args } = unpackCall(request.content, request.buffers, revive);
  const fn = evaluate(source);
  if (typeof fn !== 'function') throw new TypeError(`what was sent is no function but ${typeof fn}`);
  const result: unknown = fn(...args);
  return isThenable(result) ? Promise.resolve(result).then(pack) : pack(result);
}

const pack = (value: unknown): Outcome => ({ status: 'ok', buffers: packValue(value, { name: 'result' }) });

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';

/** Python's functions are byte code of CPython. The scheduler can move a balanced task to a Python engine. */
const refusePython = ({ balanced }: Request): Failure =>
  failure(
    balanced ? wrongKernel : 'NotImplementedError',
    'This is a Node engine: it cannot run functions of Python. Use execute with JavaScript, or start Python engines.',
  );
