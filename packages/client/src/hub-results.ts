// Results that the hub has: of earlier clients, of other clients, of resubmitted tasks (§4.7).
import type { Frames, JsonObject } from '@muster/protocol';
import { isJsonObject, parseDate } from '@muster/protocol';
import type { AsyncResult, ResultControl } from './async-result.ts';
import type { EngineRef } from './core/engine-list.ts';
import { executeResult, isMissing, readOutcome } from './core/reply.ts';
import type { MimeBundle, Output, Task } from './core/task.ts';
import { addOutput, createTask } from './core/task.ts';
import type { Session } from './session.ts';
import { listOfValues } from './shapes.ts';

export interface HubResultOptions {
  readonly session: Session;
  readonly control: ResultControl;
  readonly engineOf: (uuid: string) => EngineRef | undefined;
  readonly maxOutputBytes: number;
}

const firstPauseMs = 50;
const longestPauseMs = 1000;

export interface HubResults {
  /**
   * The results of tasks by their ids, in this order. Waits for those that have not ended; those whose record a limit of the
   * controller has removed reject with MusterError `result_expired`.
   */
  getResult(msgIds: readonly string[]): AsyncResult<unknown[], unknown>;
  /** Settles tasks of ours whose answers went missing from what the hub has. */
  adopt(tasks: readonly Task[]): void;
  /** Runs tasks again from their records, on any engine. Gives the ids of the new tasks, for getResult. */
  resubmit(msgIds: readonly string[]): Promise<readonly string[]>;
}

export function createHubResults(options: HubResultOptions): HubResults {
  const { session, control } = options;

  function getResult(msgIds: readonly string[]): AsyncResult<unknown[], unknown> {
    const tasks = msgIds.map((id) => createTask(id, 'apply', 'task', control.nowUs(), undefined));
    const result = session.result<unknown[], unknown>(tasks, listOfValues());
    void follow(tasks);
    return result;
  }
  /** Asks until all are completed: the status of all at once, then each that has ended. */
  async function follow(tasks: readonly Task[]): Promise<void> {
    let waiting = [...tasks];
    for (let pauseMs = firstPauseMs; waiting.length > 0; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      const completed = new Set(await completedOf(waiting));
      for (const task of waiting.filter(({ msgId }) => completed.has(msgId))) await fetchOne(task);
      waiting = waiting.filter((task) => !task.settled);
      if (waiting.length > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
  /** An unknown id makes the whole answer an error, so then each is asked for on its own. */
  async function completedOf(tasks: readonly Task[]): Promise<readonly string[]> {
    const ask = async (some: readonly Task[]): Promise<readonly string[]> => {
      const request = { msg_ids: some.map((task) => task.msgId), status_only: true };
      const { content } = await session.ask('result_request', request);
      return content.completed as string[];
    };
    try {
      return await ask(tasks);
    } catch (error) {
      if (!isMissing(error) || tasks.length === 1) {
        for (const task of tasks) fail(task, error as Error);
        return [];
      }
    }
    const out: string[] = [];
    for (const task of tasks)
      await ask([task]).then(
        (ids) => out.push(...ids),
        (error: Error) => fail(task, error),
      );
    return out;
  }
  async function fetchOne(task: Task): Promise<void> {
    try {
      const { content, buffers } = await session.ask('result_request', { msg_ids: [task.msgId], status_only: false });
      const record = content[task.msgId];
      if (isJsonObject(record)) fill(task, record, buffers);
    } catch (error) {
      fail(task, error as Error);
    }
  }
  function fill(task: Task, record: JsonObject, buffers: Frames): void {
    const part = (key: string): JsonObject => (isJsonObject(record[key]) ? record[key] : {});
    const [header, resultHeader, metadata] = [part('header'), part('result_header'), part('result_metadata')];
    Object.assign(task, {
      kind: header.msg_type === 'execute_request' ? 'execute' : 'apply',
      submittedUs: dateOf(header.date) ?? task.submittedUs,
      startedUs: dateOf(metadata.started),
      completedUs: dateOf(resultHeader.date),
      receivedUs: dateOf(record.received),
    });
    if (typeof metadata.engine === 'string') task.engineUuid = metadata.engine;
    if (task.engineUuid !== undefined) task.engineId = options.engineOf(task.engineUuid)?.id;
    // A task of ours may have printed before its answer went missing.
    const printed = new Set(task.outputs.map((output) => output.kind));
    for (const output of outputsOf(part('io'))) {
      if (!printed.has(output.kind) && addOutput(task, output, options.maxOutputBytes))
        task.owner?.printed(task, output);
    }
    const outcome = readOutcome(task, part('result_content'), buffers);
    task.status = outcome.status;
    if (outcome.status !== 'ok') task.error = outcome.error;
    else task.value = outcome.value;
    if (outcome.status === 'ok' && task.kind === 'execute') task.value = executeResult(task);
    end(task);
  }
  return {
    getResult,
    adopt: (tasks) => void follow(tasks),
    async resubmit(msgIds) {
      const { content } = await session.ask('resubmit_request', { msg_ids: msgIds });
      const renamed = content.resubmitted as Record<string, string>;
      return msgIds.map((id) => renamed[id] ?? id);
    },
  };
}

const dateOf = (value: unknown): number | undefined => (typeof value === 'string' ? parseDate(value) : undefined);

function end(task: Task): void {
  task.replied = true;
  task.settled = true;
  task.outputComplete = true;
  task.owner?.settled(task);
  task.owner?.quiet(task);
}

function fail(task: Task, error: Error): void {
  task.status = 'error';
  task.error = error;
  end(task);
}

/** Output as records keep it: gathered by kind. */
function outputsOf(io: JsonObject): Output[] {
  const outputs: Output[] = [];
  for (const kind of ['stdout', 'stderr'] as const) {
    const text = io[kind];
    if (typeof text === 'string' && text !== '') outputs.push({ kind, text });
  }
  const result = io.execute_result;
  if (isJsonObject(result) && isJsonObject(result.data))
    outputs.push({ kind: 'result', data: result.data as MimeBundle, metadata: {} });
  return outputs;
}
