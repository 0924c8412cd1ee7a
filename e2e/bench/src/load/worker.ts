// Processes of ours that make the load, and how one asks them: named calls by the channel that node gives to a child.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { guardRun, runTag, runVariable } from '@muster/testkit';

/** What a worker can be asked. Arguments and results travel as JSON. */
type Handlers = Readonly<Record<string, (argument: never) => unknown>>;

export interface Worker<H extends Handlers> extends AsyncDisposable {
  readonly pid: number;
  /** Rejects with the worker's own error, or when it ends before it has answered. */
  ask<K extends keyof H & string>(name: K, argument: Parameters<H[K]>[0]): Promise<Awaited<ReturnType<H[K]>>>;
}

interface Call {
  readonly id: number;
  readonly name: string;
  readonly argument: never;
}
type Answer = { readonly id: number } & ({ readonly value: unknown } | { readonly error: string });

/** Starts `file` as a process that ends with this one. */
export async function startWorker<H extends Handlers>(file: string): Promise<Worker<H>> {
  guardRun();
  const child = fork(file, { env: { ...process.env, [runVariable]: `${runTag}/load` } });
  const open = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  let calls = 0;
  child.on('message', (answer: Answer) => {
    const call = open.get(answer.id);
    open.delete(answer.id);
    if ('error' in answer) call?.reject(new Error(answer.error));
    else call?.resolve(answer.value as never);
  });
  const exited = once(child, 'exit').then(() => {
    for (const { reject } of open.values()) reject(new Error(`${file} has ended.`));
    open.clear();
  });
  await once(child, 'spawn');
  return {
    pid: child.pid!,
    ask: (name, argument) =>
      new Promise((resolve, reject) => {
        const id = ++calls;
        open.set(id, { resolve, reject });
        child.send({ id, name, argument: argument ?? null }, (error) => error && reject(error));
      }),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** In the worker: answers calls until the parent is gone. */
export function serve(handlers: Handlers): void {
  process.on('disconnect', () => process.exit());
  process.on('message', async ({ id, name, argument }: Call) => {
    const answer: Answer = await Promise.resolve()
      .then(() => handlers[name]!(argument))
      .then(
        (value) => ({ id, value }),
        (error: Error) => ({ id, error: error.message }),
      );
    process.send?.(answer);
  });
}
