// Something is computed on all engines, as a person would, on the machine where the person sits.
import { join } from 'node:path';
import type { Desk } from './desk.ts';
import { python } from './parts.ts';

type Kernel = 'node' | 'python';

/** What one engine says of itself. */
export interface Answer {
  readonly host: string;
  readonly pid: number;
  readonly folder: string;
  /** 6 × 7, by the engine. */
  readonly product: number;
  /** Value of the expression asked for. */
  readonly value: unknown;
}

export interface Question {
  /** How many engines have to be there. */
  readonly n: number;
  /** Options of the client: how it finds its cluster. Default: the default profile. */
  readonly cluster?: {
    readonly profile?: string;
    readonly file?: string;
    readonly clusterId?: string;
    readonly ssh?: string;
  };
  /** What the engines are. Default: `node`. */
  readonly kernel?: Kernel;
  /** An expression in the engine's language, with a value that JSON can hold. */
  readonly expression?: string;
  /** How long the person waits. Default: 90 s. */
  readonly timeoutMs?: number;
}

const code: Readonly<Record<Kernel, (expression: string) => string>> = {
  node: (expression) =>
    `console.log(JSON.stringify({host: (await import('node:os')).hostname(), pid: process.pid, folder: process.cwd(), product: 6 * 7, value: ${expression}}))`,
  python: (expression) =>
    `import json, os, socket; print(json.dumps(dict(host=socket.gethostname(), pid=os.getpid(), folder=os.getcwd(), product=6 * 7, value=${expression})))`,
};
const nothing: Readonly<Record<Kernel, string>> = { node: 'null', python: 'None' };

function ask(argv: string, desk: Desk, question: Question): Promise<Answer[]> {
  const { n, cluster = {}, kernel = 'node', expression, timeoutMs = 90_000 } = question;
  const input = JSON.stringify({ n, cluster, code: code[kernel](expression ?? nothing[kernel]) });
  return desk.must(argv, { input, timeoutMs }).then((text) => JSON.parse(text.trim().split('\n').at(-1)!));
}

/** By the TypeScript client; in the order of the engines' ids. */
export const compute = (desk: Desk, question: Question): Promise<Answer[]> =>
  ask(`node ${join(import.meta.dirname, 'client-program.ts')}`, desk, question);

/** By the stock Python client. */
export const computeFromPython = (desk: Desk, question: Question): Promise<Answer[]> =>
  ask(`${python} ${join(import.meta.dirname, '../python/client_program.py')}`, desk, question);
