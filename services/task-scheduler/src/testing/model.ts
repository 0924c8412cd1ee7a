// What the scheduler promises, told in sets from the wire description and checked against what it sends. It knows nothing of
// the scheduler's state.
import type { JsonObject } from '@muster/protocol';
import type { SchedulerSend } from '../core/index.ts';
import type { Scene } from './scene.ts';
import { answeredId } from './scene.ts';

export interface TaskPlan {
  readonly after?: DependencyPlan;
  readonly follow?: DependencyPlan;
  readonly targets?: string[];
  readonly retries?: number;
  readonly timeout?: number;
  readonly kernel?: string;
}
export interface DependencyPlan {
  readonly dependencies: string[];
  readonly all: boolean;
  readonly success: boolean;
  readonly failure: boolean;
}

export interface Model {
  /** A request was made; the model looks at its dispatches and its answer from now on. */
  planned(msgId: string, plan: TaskPlan): void;
  /** An engine is about to answer. */
  answering(msgId: string, engine: string, ok: boolean): void;
  registered(engine: string, kernel: string): void;
  lost(engine: string): void;
  drained(engine: string, isDrained: boolean): void;
  /** Checks what was sent since the last call. */
  check(): void;
  /** Tasks that were planned and not answered. */
  open(): string[];
}

interface Plan {
  readonly plan: TaskPlan;
  readonly order: number;
  readonly refusedBy: Set<string>;
  dispatches: number;
  answers: number;
}

export function createModel(scene: Scene, fail: (why: string) => void): Model {
  const plans = new Map<string, Plan>();
  const kernels = new Map<string, string>();
  const drained = new Set<string>();
  const completed = new Set<string>();
  const failed = new Set<string>();
  /** Live engine → how tasks have ended there. */
  const ranOn = new Map<string, Map<string, boolean>>();
  /** The answer that an engine gives in the step that is checked. */
  let answer: { engine: string; ok: boolean } | undefined;
  let seen = 0;
  let lastPlain = -1;

  const pool = (wish: DependencyPlan, ended: (id: string) => boolean | undefined): boolean => {
    const counts = (id: string): boolean => {
      const ok = ended(id);
      return ok === undefined ? false : ok ? wish.success : wish.failure;
    };
    return wish.all ? wish.dependencies.every(counts) : wish.dependencies.some(counts);
  };
  const anywhere = (id: string): boolean | undefined => (completed.has(id) ? true : failed.has(id) ? false : undefined);

  function onDispatch(msgId: string, engine: string): void {
    const entry = plans.get(msgId);
    if (entry === undefined) return fail(`${msgId} was never submitted`);
    const { plan, refusedBy, answers } = entry;
    entry.dispatches++;
    if (answers > 0) fail(`${msgId} was sent after its answer`);
    if (!kernels.has(engine)) fail(`${msgId} was sent to ${engine}, which is not there`);
    if (drained.has(engine)) fail(`${msgId} was sent to ${engine}, which is drained`);
    if (plan.kernel !== undefined && kernels.get(engine) !== plan.kernel) fail(`${msgId} needs ${plan.kernel}`);
    if (plan.targets && !plan.targets.includes(engine)) fail(`${msgId} was not meant for ${engine}`);
    if (refusedBy.has(engine)) fail(`${msgId} was sent to ${engine} again`);
    if (plan.after && !pool(plan.after, anywhere)) fail(`${msgId} was sent before its time`);
    if (plan.follow && !pool(plan.follow, (id) => ranOn.get(engine)?.get(id)))
      fail(`${msgId} follows nothing to ${engine}`);
    if (Object.keys(plan).length > 0 || entry.dispatches > 1) return;
    if (entry.order < lastPlain) fail(`${msgId} was overtaken`);
    lastPlain = entry.order;
  }

  function onAnswer(msgId: string, send: SchedulerSend): void {
    const entry = plans.get(msgId);
    if (entry === undefined) return fail(`${msgId} was never submitted, but answered`);
    entry.answers++;
    if (entry.answers > 1) fail(`${msgId} was answered ${entry.answers} times`);
    const ok = send.type === 'client.reply' && answer?.ok === true;
    (ok ? completed : failed).add(msgId);
    if (send.type === 'client.reply' && answer) ranOn.get(answer.engine)?.set(msgId, ok);
  }
  return {
    planned: (msgId, plan) =>
      void plans.set(msgId, { plan, order: plans.size, refusedBy: new Set(), dispatches: 0, answers: 0 }),
    answering(msgId, engine, ok) {
      answer = { engine, ok };
      if (!ok) plans.get(msgId)?.refusedBy.add(engine);
    },
    registered(engine, kernel) {
      kernels.set(engine, kernel);
      ranOn.set(engine, new Map());
    },
    drained: (engine, isDrained) => void (isDrained ? drained.add(engine) : drained.delete(engine)),
    lost(engine) {
      kernels.delete(engine);
      drained.delete(engine);
      ranOn.delete(engine);
    },
    check() {
      for (const send of scene.sends.slice(seen)) {
        const answered = answeredId(send);
        if (answered !== undefined) onAnswer(answered, send);
        if (send.type === 'task.dispatch') onDispatch(send.message.header.msg_id, send.engineUuid);
      }
      seen = scene.sends.length;
      answer = undefined;
    },
    open: () => [...plans].flatMap(([msgId, { answers }]) => (answers === 0 ? [msgId] : [])),
  };
}

/** The plan as metadata of a request. */
export const toMetadata = (plan: TaskPlan): JsonObject => ({ ...plan }) as unknown as JsonObject;
