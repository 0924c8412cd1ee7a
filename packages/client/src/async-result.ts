import { MusterError } from '@muster/protocol';
import type { Output, Task, TaskInfo, TaskOwner } from './core/task.ts';
import { callBack } from './emitter.ts';
import { CompositeError } from './remote-errors.ts';

/** Output of a task as it comes in. */
export interface Printed {
  readonly task: TaskInfo;
  readonly output: Output;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** How an AsyncResult makes its value of those of its tasks. */
export interface ResultShape<T, Item> {
  /** The whole value. */
  whole(values: readonly unknown[]): T;
  /** What one task gives to `for await`. */
  items(value: unknown): Iterable<Item>;
}

export interface ResultControl {
  nowUs(): number;
  abort(tasks: readonly Task[]): Promise<void>;
}

export interface WaitOptions {
  readonly timeoutMs?: number;
}

/**
 * The result of one or more tasks that run elsewhere.
 *
 * `await result` gives the value, or throws: the RemoteError of the only task, or a CompositeError when there are several
 * tasks, after all of them have ended. `for await (const item of result)` gives items in their order as soon as they are
 * there. A result that nobody awaits never raises an unhandled rejection.
 */
export class AsyncResult<T, Item = T> implements PromiseLike<T>, AsyncIterable<Item> {
  /** The tasks, with times, engines and output; they go on changing until they are done. */
  readonly tasks: readonly TaskInfo[];
  readonly #tasks: readonly Task[];
  readonly #shape: ResultShape<T, Item>;
  readonly #control: ResultControl;
  readonly #printed: Printed[] = [];
  readonly #onProgress = new Set<(progress: Progress) => void>();
  readonly #onOutput = new Set<(printed: Printed) => void>();
  /** Called at every change, once. */
  #waiters: (() => void)[] = [];
  #done = 0;
  #quiet = 0;
  #promise: Promise<T> | undefined;
  #doneUs = 0;

  /** Made by views and clients. */
  constructor(tasks: readonly Task[], shape: ResultShape<T, Item>, control: ResultControl) {
    this.tasks = tasks;
    this.#tasks = tasks;
    this.#shape = shape;
    this.#control = control;
    const owner: TaskOwner = {
      settled: (task) => this.#settled(task),
      quiet: () => {
        this.#quiet++;
        this.#changed();
      },
      printed: (task, output) => {
        const printed = { task, output };
        this.#printed.push(printed);
        for (const listener of this.#onOutput) callBack(listener, printed);
        this.#changed();
      },
    };
    for (const task of tasks) task.owner = owner;
  }

  #settled(_task: Task): void {
    this.#done++;
    if (this.#done === this.#tasks.length) this.#doneUs = this.#control.nowUs();
    for (const listener of this.#onProgress) callBack(listener, this.progress);
    this.#changed();
  }
  #changed(): void {
    if (this.#waiters.length === 0) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
  /** Resolves when `condition` holds; it is looked at after each change. */
  #until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (condition()) resolve();
        else this.#waiters.push(look);
      };
      look();
    });
  }

  /** Message ids of the tasks: by these `client.getResult` finds them again, and others can depend on them. */
  get msgIds(): readonly string[] {
    return this.#tasks.map((task) => task.msgId);
  }
  /** Ended tasks, and all. */
  get progress(): Progress {
    return { done: this.#done, total: this.#tasks.length };
  }
  /** All tasks have ended, well or not. */
  get ready(): boolean {
    return this.#done === this.#tasks.length;
  }
  /** 'pending' until all have ended; then 'error' or 'aborted' when one of them did. */
  get status(): TaskInfo['status'] {
    if (!this.ready) return 'pending';
    return this.#tasks.find((task) => task.status !== 'ok')?.status ?? (this.#failures().length > 0 ? 'error' : 'ok');
  }
  /** Milliseconds from the submission to the end, or until now. */
  get elapsedMs(): number {
    const [first] = this.#tasks;
    if (first === undefined) return 0;
    return ((this.ready ? this.#doneUs : this.#control.nowUs()) - first.submittedUs) / 1000;
  }
  /** Milliseconds that the engines have worked, added up: what one engine would have needed. */
  get serialTimeMs(): number {
    let us = 0;
    for (const { startedUs, completedUs } of this.#tasks)
      if (startedUs !== undefined && completedUs !== undefined) us += completedUs - startedUs;
    return us / 1000;
  }
  /** Milliseconds from the first submission to the last answer. */
  get wallTimeMs(): number {
    let first = Number.POSITIVE_INFINITY;
    let last = 0;
    for (const { submittedUs, receivedUs } of this.#tasks) {
      first = Math.min(first, submittedUs);
      last = Math.max(last, receivedUs ?? submittedUs);
    }
    return this.#tasks.length === 0 ? 0 : (last - first) / 1000;
  }
  /** All that was printed to stdout so far, task by task. */
  get stdout(): string {
    return this.#tasks.map((task) => task.stdout).join('');
  }
  get stderr(): string {
    return this.#tasks.map((task) => task.stderr).join('');
  }

  // biome-ignore lint/suspicious/noThenProperty: an AsyncResult is made to be awaited
  then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#promise ??= this.#until(() => this.ready).then(() => this.#value());
    return this.#promise.then(onValue, onError);
  }
  catch<B>(onError: (error: unknown) => B | PromiseLike<B>): Promise<T | B> {
    return this.then(undefined, onError);
  }
  finally(then: () => void): Promise<T> {
    return Promise.resolve(this).finally(then) as Promise<T>;
  }

  /** As `await`, but throws MusterError `timeout` when it takes longer; the tasks go on, and it may be called again. */
  async get(options: WaitOptions = {}): Promise<T> {
    if (await this.wait(options)) return await (this as PromiseLike<T>);
    const { done, total } = this.progress;
    throw new MusterError(
      'timeout',
      `${done} of ${total} tasks have ended after ${options.timeoutMs} ms`,
      'Wait longer, or abort the result. client.queueStatus() shows where tasks are.',
    );
  }
  /** Waits until all tasks have ended; never throws their errors. False when it took longer. */
  async wait({ timeoutMs }: WaitOptions = {}): Promise<boolean> {
    const ended = this.#until(() => this.ready);
    if (timeoutMs === undefined) await ended;
    else await within(ended, timeoutMs);
    return this.ready;
  }
  /** The end of each task, as Promise.allSettled has it: value by value, errors in their places. */
  async outcomes(): Promise<PromiseSettledResult<unknown>[]> {
    await this.wait();
    return this.#tasks.map(({ error, value }) =>
      error === undefined ? { status: 'fulfilled', value } : { status: 'rejected', reason: error },
    );
  }

  /** Items in their order, each as soon as it and all before it are there. Throws the error of a task in its place. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void> {
    for (const task of this.#tasks) {
      if (!task.settled) await this.#until(() => task.settled);
      if (task.error !== undefined) throw task.error;
      yield* this.#shape.items(task.value);
    }
  }
  /** Everything that the tasks print, from the beginning, while they run; ends when no more can come. */
  async *output(): AsyncGenerator<Printed, void> {
    const ended = (): boolean => this.#quiet === this.#tasks.length;
    for (let i = 0; ; i++) {
      await this.#until(() => i < this.#printed.length || ended());
      const printed = this.#printed[i];
      if (printed === undefined) return;
      yield printed;
    }
  }
  /** Resolves when all output is here: the value may come before the last line that was printed. */
  outputComplete(): Promise<void> {
    return this.#until(() => this.#quiet === this.#tasks.length);
  }
  /** Calls back at the end of each task. Returns the function that ends it. */
  onProgress(listener: (progress: Progress) => void): () => void {
    this.#onProgress.add(listener);
    return () => this.#onProgress.delete(listener);
  }
  /** Calls back for each piece of output, as it comes in. Returns the function that ends it. */
  onOutput(listener: (printed: Printed) => void): () => void {
    this.#onOutput.add(listener);
    return () => this.#onOutput.delete(listener);
  }
  /** Takes back tasks that have not begun: they end as RemoteError with ename TaskAborted. */
  abort(): Promise<void> {
    return this.#control.abort(this.#tasks.filter((task) => !task.settled));
  }

  #failures(): Error[] {
    return [...new Set(this.#tasks.map((task) => task.error).filter((error) => error !== undefined))];
  }
  #value(): T {
    const errors = this.#failures();
    if (errors.length === 0) return this.#shape.whole(this.#tasks.map((task) => task.value));
    throw this.#tasks.length === 1 ? errors[0] : new CompositeError(errors, this.#tasks.length);
  }
}

/** Waits for a promise, at most so long. */
async function within(promise: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
