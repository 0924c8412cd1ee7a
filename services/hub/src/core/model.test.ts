// Random lives of a hub against a plain model of what its pending lists must say.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answerTo, request } from '../testing/messages.ts';
import type { TestHub } from '../testing/test-hub.ts';
import { createTestHub } from '../testing/test-hub.ts';
import { leftovers } from './state.ts';

type Operation =
  | { do: 'register' | 'beat' | 'stop' | 'leave'; uuid: string }
  | { do: 'direct' | 'reply' | 'dispatch' | 'finish'; uuid: string; msgId: string }
  | { do: 'receive' | 'resolve'; msgId: string }
  | { do: 'wait' };

const uuid = fc.constantFrom('a', 'b', 'c');
const direct = fc.constantFrom('d0', 'd1', 'd2', 'd3', 'd4', 'd5');
const task = fc.constantFrom('t0', 't1', 't2', 't3', 't4', 't5');
const arrivals = ['a', 'b', 'c'].flatMap((name): Operation[] => [
  { do: 'register', uuid: name },
  { do: 'beat', uuid: name },
]);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ do: fc.constantFrom('register', 'beat', 'beat', 'stop', 'leave'), uuid }),
  fc.record({ do: fc.constantFrom('direct', 'direct', 'reply'), uuid, msgId: direct }),
  fc.record({ do: fc.constantFrom('dispatch', 'dispatch', 'finish'), uuid, msgId: task }),
  fc.record({ do: fc.constantFrom('receive', 'receive', 'resolve'), msgId: task }),
  fc.constant({ do: 'wait' } as const),
);

/** No multiple of it is a multiple of the hub's delays (5 s, 30 s), so that nothing falls due between two operations. */
const waitMs = 1700;

interface ModelEngine {
  id: number;
  done: number;
}

/** What must be true, with time in milliseconds. Engines are objects: one that comes back is the same one. */
function createModel() {
  let nowMs = 0;
  let nextId = 0;
  const registering = new Map<string, { id: number; untilMs: number }>();
  const engines = new Map<string, ModelEngine>();
  const lost = new Map<string, ModelEngine>();
  const graces = new Set<{ engine: ModelEngine; msgIds: string[]; untilMs: number }>();
  const pending = new Map<string, ModelEngine | null>();
  const done = new Set<string>();

  function end(msgId: string, engine: ModelEngine | null | undefined): void {
    if (!pending.delete(msgId)) return;
    done.add(msgId);
    if (engine) engine.done++;
  }
  function gone(name: string): ModelEngine | undefined {
    const engine = engines.get(name);
    if (engine === undefined) return undefined;
    engines.delete(name);
    const msgIds = [...pending].flatMap(([msgId, other]) => (other === engine && msgId.startsWith('d') ? [msgId] : []));
    graces.add({ engine, msgIds, untilMs: nowMs + 5000 });
    return engine;
  }
  function beat(name: string): void {
    const first = registering.get(name);
    const again = lost.get(name);
    if (first) engines.set(name, { id: first.id, done: 0 });
    else if (again) engines.set(name, again);
    registering.delete(name);
    lost.delete(name);
  }
  function wait(): void {
    nowMs += waitMs;
    for (const [name, { id, untilMs }] of registering) {
      if (untilMs >= nowMs) continue;
      registering.delete(name);
      lost.set(name, { id, done: 0 });
    }
    for (const grace of graces) {
      if (grace.untilMs > nowMs) continue;
      graces.delete(grace);
      for (const msgId of grace.msgIds) if (pending.get(msgId) === grace.engine) end(msgId, null);
    }
  }
  return {
    engines,
    pending,
    done,
    apply(next: Operation): void {
      switch (next.do) {
        case 'register':
          if (engines.has(next.uuid) || registering.has(next.uuid)) return;
          lost.delete(next.uuid);
          registering.set(next.uuid, { id: nextId++, untilMs: nowMs + 30_000 });
          return;
        case 'beat':
          return beat(next.uuid);
        case 'stop': {
          const engine = gone(next.uuid);
          if (engine) lost.set(next.uuid, engine);
          return;
        }
        case 'leave':
          gone(next.uuid);
          registering.delete(next.uuid);
          return;
        case 'direct': {
          const engine = engines.get(next.uuid);
          if (engine && !done.has(next.msgId)) pending.set(next.msgId, engine);
          return;
        }
        case 'reply':
          return end(next.msgId, pending.get(next.msgId));
        case 'receive':
          if (!done.has(next.msgId) && !pending.has(next.msgId)) pending.set(next.msgId, null);
          return;
        case 'dispatch':
          if (pending.has(next.msgId)) pending.set(next.msgId, engines.get(next.uuid) ?? null);
          return;
        case 'finish':
          return end(next.msgId, engines.get(next.uuid));
        case 'resolve':
          return end(next.msgId, null);
        case 'wait':
          return wait();
      }
    },
  };
}

function applyToHub(hub: TestHub, next: Operation): void {
  switch (next.do) {
    case 'register':
      return void hub.ask('registration_request', { uuid: next.uuid });
    case 'beat':
      return hub.tell({ type: 'heart.started', uuid: next.uuid });
    case 'stop':
      return hub.tell({ type: 'heart.stopped', uuid: next.uuid });
    case 'leave': {
      const id = hub.state.byUuid.get(next.uuid)?.id ?? hub.state.registering.get(next.uuid)?.id ?? null;
      return void hub.ask('unregistration_request', { id });
    }
    case 'direct':
      return hub.tell({ type: 'direct.requested', engineUuid: next.uuid, message: request(next.msgId) });
    case 'reply':
      return hub.tell({ type: 'direct.replied', engineUuid: next.uuid, message: answerTo(next.msgId) });
    case 'receive':
      return hub.tell({ type: 'task.received', message: request(next.msgId) });
    case 'dispatch':
      return hub.tell({ type: 'task.dispatched', msgId: next.msgId, engineUuid: next.uuid });
    case 'finish': {
      const message = answerTo(next.msgId, 'apply_reply', { metadata: { engine: next.uuid } });
      return hub.tell({ type: 'task.finished', message });
    }
    case 'resolve':
      return hub.tell({ type: 'task.finished', message: answerTo(next.msgId) });
    case 'wait':
      return hub.advance(waitMs);
  }
}

/** The hub says the same as the model. */
function compare(hub: TestHub, model: ReturnType<typeof createModel>, resolvedEarly: ReadonlySet<string>): void {
  const queues: Record<string, unknown> = { status: 'ok', unassigned: 0 };
  const of = (engine: ModelEngine | null, kind: string): number =>
    [...model.pending].filter(([msgId, other]) => other === engine && msgId.startsWith(kind)).length;
  queues.unassigned = of(null, 't');
  for (const engine of model.engines.values())
    queues[engine.id] = { queue: of(engine, 'd'), tasks: of(engine, 't'), completed: engine.done };
  expect(hub.ask('queue_request', { targets: null })?.content).toEqual(queues);
  const asked = [...model.pending.keys(), ...model.done].filter((msgId) => !resolvedEarly.has(msgId));
  expect(hub.ask('result_request', { msg_ids: asked, status_only: true })?.content).toEqual({
    status: 'ok',
    pending: [...model.pending.keys()].filter((msgId) => asked.includes(msgId)).sort(),
    completed: [...model.done].filter((msgId) => asked.includes(msgId)).sort(),
  });
}

test('pending lists, counts and answers agree with the model; in the end nothing is left', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const hub = createTestHub();
      const model = createModel();
      const unseen = new Set<string>();
      for (const next of [...arrivals, ...operations]) {
        // A result of a task that was never received: the hub knows it as ended from then on.
        const isResult = next.do === 'finish' || next.do === 'resolve';
        if (isResult && !model.pending.has(next.msgId) && !model.done.has(next.msgId)) {
          unseen.add(next.msgId);
          model.done.add(next.msgId);
        }
        model.apply(next);
        applyToHub(hub, next);
        compare(hub, model, unseen);
      }
      for (const name of ['a', 'b', 'c']) applyToHub(hub, { do: 'leave', uuid: name });
      for (const [msgId] of model.pending) if (msgId.startsWith('t')) applyToHub(hub, { do: 'resolve', msgId });
      hub.advance(60_000);
      expect(leftovers(hub.state)).toEqual([]);
      expect(hub.timers()).toBe(0);
    }),
    { numRuns: 300 },
  );
});

test('clients hear of an engine in turn: registered, unregistered, registered, and so on', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 80 }), (operations) => {
      const hub = createTestHub();
      for (const next of operations) applyToHub(hub, next);
      const known = new Set<string>();
      for (const { msgType, content } of hub.sentOf('clients.notify')) {
        const { id, uuid: name } = content as { id: number; uuid: string };
        const engine = `${id} ${name}`;
        expect(known.has(engine)).toBe(msgType === 'unregistration_notification');
        if (!known.delete(engine)) known.add(engine);
      }
      expect(known.size).toBe(hub.state.engines.size);
    }),
    { numRuns: 200 },
  );
});
