// kubectl, as people call it.
import type { Finished, Program } from '@muster/testkit';
import { runProgram, startProgram } from '@muster/testkit';

export interface Kubectl {
  /** Runs it to its end; rejects with what it said when it fails. Resolves to its standard output. */
  run(args: readonly string[], input?: string): Promise<string>;
  /** As `run`, for what may fail. */
  attempt(args: readonly string[], input?: string): Promise<Finished>;
  /** Runs it beside: a watch, a forwarded port. */
  start(args: readonly string[]): Promise<Program>;
  /** Creates or changes objects. */
  apply(...objects: readonly object[]): Promise<void>;
  /** An object, or a list of them (`kind` alone). */
  get<T>(what: string, ...args: readonly string[]): Promise<T>;
  /** The same in a namespace. */
  within(namespace: string): Kubectl;
}

export function createKubectl(program: string, kubeconfig: string, namespace?: string): Kubectl {
  const where = namespace === undefined ? [] : [`--namespace=${namespace}`];
  const argv = (args: readonly string[]): string[] => [program, `--kubeconfig=${kubeconfig}`, ...where, ...args];
  const attempt: Kubectl['attempt'] = (args, input) =>
    runProgram(argv(args), { timeoutMs: 120_000, ...(input === undefined ? {} : { input }) });
  const run: Kubectl['run'] = async (args, input) => {
    const { code, output, stdout } = await attempt(args, input);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}:\n${output}`);
    return stdout;
  };
  return {
    run,
    attempt,
    start: (args) => startProgram(argv(args)),
    async apply(...items) {
      await run(['apply', '--filename=-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    },
    get: async (what, ...args) => JSON.parse(await run(['get', what, '--output=json', ...args])),
    within: (other) => createKubectl(program, kubeconfig, other),
  };
}
