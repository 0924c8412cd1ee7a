import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Effects, TimerFired } from './machine.ts';
import { Outbox } from './machine.ts';
import { createRunner } from './runner.ts';
import { createVirtualPorts, createVirtualTime } from './virtual.ts';

interface Do {
  readonly type: 'do';
  readonly writes?: readonly string[];
  readonly sends?: readonly string[];
  readonly set?: readonly [id: string, afterUs: number];
  readonly clear?: string;
  readonly fail?: string;
}

/** A core that does what its events say, and a shell that writes down what happens. */
function world(writes?: (effects: readonly string[]) => void | Promise<void>, onSend?: (effect: string) => void) {
  const time = createVirtualTime(1_000_000);
  const ports = createVirtualPorts(time, 1);
  const log: string[] = [];
  const step = (_state: null, event: Do | TimerFired, inputs: { nowUs: number }): Effects<string, string> => {
    const out = new Outbox<string, string>();
    if (event.type === 'timer.fired') {
      out.send(`fired ${event.id} at ${time.nowUs}`);
      return out;
    }
    if (event.fail) throw new Error(event.fail);
    for (const write of event.writes ?? []) out.write(write);
    for (const send of event.sends ?? []) out.send(send);
    if (event.set) out.setTimer(event.set[0], inputs.nowUs + event.set[1]);
    if (event.clear) out.clearTimer(event.clear);
    return out;
  };
  const runner = createRunner<null, Do, string, string>({
    state: null,
    step,
    ports,
    perform: {
      writes(effects) {
        log.push(`write ${effects}`);
        return writes?.(effects);
      },
      send(effect) {
        log.push(`send ${effect}`);
        onSend?.(effect);
      },
    },
    onError: (error) => log.push(`error ${(error as Error).message}`),
  });
  const dispatch = (what: Omit<Do, 'type'>): void => runner.dispatch({ type: 'do', ...what });
  return { runner, dispatch, log, time, ports };
}

/** A promise that is settled from outside. */
function deferred() {
  let settle: (error?: Error) => void = () => {};
  const promise = new Promise<void>((resolve, reject) => {
    settle = (error) => (error ? reject(error) : resolve());
  });
  return { promise, settle };
}

test('writes come before sends, and both in their order', () => {
  const { dispatch, log } = world();
  dispatch({ sends: ['a', 'b'], writes: ['1', '2'] });
  dispatch({ sends: ['c'] });
  expect(log).toEqual(['write 1,2', 'send a', 'send b', 'send c']);
});

test('sends wait for their writes and for those of earlier steps; steps and writes do not', async () => {
  const pending = [deferred(), deferred()];
  const { dispatch, log, runner } = world((effects) => pending[Number(effects[0])]?.promise);
  dispatch({ writes: ['0'], sends: ['a'] });
  dispatch({ writes: ['1'], sends: ['b'] });
  dispatch({ sends: ['c'] });
  dispatch({ writes: ['2'], sends: ['d'] });
  expect(log).toEqual(['write 0', 'write 1', 'write 2']);
  pending[1]!.settle();
  await pending[1]!.promise;
  expect(log).toHaveLength(3);
  pending[0]!.settle();
  await runner.settled();
  expect(log.slice(3)).toEqual(['send a', 'send b', 'send c', 'send d']);
  dispatch({ sends: ['e'] });
  expect(log.at(-1)).toBe('send e');
});

test.each(['rejects', 'throws'])('a write that %s: its sends do not leave, later ones do', async (how) => {
  const { dispatch, log, runner } = world(([id]) => {
    if (id !== '0') return undefined;
    if (how === 'throws') throw new Error('disk full');
    return Promise.reject(new Error('disk full'));
  });
  dispatch({ writes: ['0'], sends: ['a'] });
  dispatch({ writes: ['1'], sends: ['b'] });
  await runner.settled();
  expect(log).toEqual(expect.arrayContaining(['error disk full', 'send b']));
  expect(log).not.toContain('send a');
});

test('one send that fails does not stop the others of its step', () => {
  const { dispatch, log } = world(undefined, (effect) => {
    if (effect === 'b') throw new Error('no such socket');
  });
  dispatch({ sends: ['a', 'b', 'c'] });
  expect(log).toEqual(['send a', 'send b', 'error no such socket', 'send c']);
});

test('a step that fails is told, and the next event is taken', () => {
  const { dispatch, log } = world();
  dispatch({ fail: 'a bug' });
  dispatch({ sends: ['a'] });
  expect(log).toEqual(['error a bug', 'send a']);
});

test('events that arise in a send wait until the step is through, and come in their order', () => {
  const nested: Record<string, string[]> = { a: ['c', 'd'], c: ['e'] };
  const world_ = world(undefined, (effect) => {
    for (const next of nested[effect] ?? []) world_.dispatch({ sends: [next] });
  });
  world_.dispatch({ sends: ['a', 'b'] });
  expect(world_.log).toEqual(['send a', 'send b', 'send c', 'send d', 'send e']);
});

test('events dispatched together are taken one after the other, each at a later moment than the one before', () => {
  const { runner, dispatch, log, time } = world();
  runner.dispatchAll([
    { type: 'do', sends: ['a'], set: ['first', 10] },
    { type: 'do', sends: ['b'], set: ['second', 9] },
  ]);
  dispatch({ sends: ['c'], set: ['third', 8] });
  runner.dispatchAll([]);
  expect(log).toEqual(['send a', 'send b', 'send c']);
  time.advance(100);
  // 10, then 1 + 9 and 2 + 8: they are due at the same time only if the moments of their steps differ.
  expect(log.slice(3)).toEqual(['first', 'second', 'third'].map((id) => `send fired ${id} at 1000010`));
});

test('what arises in a send is taken before the next of those dispatched together; a stop ends them all', () => {
  const more = ['stop', 'more'];
  const made = world(undefined, () => {
    const next = more.pop();
    if (next === 'more') made.runner.dispatchAll([{ type: 'do', sends: ['risen'] }]);
    if (next === 'stop') made.runner.stop();
  });
  made.runner.dispatchAll(['a', 'b', 'c'].map((send) => ({ type: 'do', sends: [send] })));
  expect(made.log).toEqual(['send a', 'send risen']);
});

test('an onError that throws does not stop the runner', () => {
  const sent: string[] = [];
  const time = createVirtualTime();
  const runner = createRunner<null, { type: string }, never, string>({
    state: null,
    step: (_state, event) => {
      if (event.type === 'bad') throw new Error('bad');
      return { writes: [], sends: [event.type], timers: [] };
    },
    ports: createVirtualPorts(time, 1),
    perform: { writes: () => {}, send: (effect) => sent.push(effect) },
    onError: () => {
      throw new Error('the log is full, too');
    },
  });
  runner.dispatch({ type: 'bad' });
  runner.dispatch({ type: 'good' });
  expect(sent).toEqual(['good']);
});

test('timers come back once, in order of time; set again they move, cleared they are gone', () => {
  const { dispatch, log, time, ports } = world();
  dispatch({ set: ['late', 3000] });
  dispatch({ set: ['early', 1000] });
  dispatch({ set: ['moved', 500] });
  dispatch({ set: ['moved', 2000] });
  dispatch({ set: ['never', 100] });
  dispatch({ clear: 'never' });
  expect(ports.timers.size).toBe(3);
  time.advance(10_000);
  expect(log.map((line) => line.split(' ')[2])).toEqual(['early', 'moved', 'late']);
  expect(ports.timers.size).toBe(0);
  time.advance(10_000);
  expect(log).toHaveLength(3);
});

test('stop clears the timers and ignores what comes later, also what waits in the same turn', () => {
  const it = world(undefined, (effect) => {
    if (effect !== 'a') return;
    it.dispatch({ sends: ['waiting'] });
    it.runner.stop();
  });
  it.dispatch({ set: ['t', 10] });
  it.dispatch({ sends: ['a', 'b'] });
  it.dispatch({ sends: ['c'] });
  it.time.advance(1000);
  expect(it.log).toEqual(['send a', 'send b']);
  expect(it.ports.timers.size).toBe(0);
});

test('what waits for its writes when the runner stops still leaves', async () => {
  const pending = deferred();
  const { dispatch, log, runner } = world(() => pending.promise);
  dispatch({ writes: ['0'], sends: ['a'] });
  runner.stop();
  pending.settle();
  await runner.settled();
  expect(log).toEqual(['write 0', 'send a']);
});

test('whatever the writes do, sends leave in the order of their steps and never before their writes', async () => {
  const steps = fc.array(
    fc.record({ write: fc.boolean(), async: fc.boolean(), fails: fc.boolean(), delay: fc.nat(4) }),
    {
      maxLength: 12,
    },
  );
  await fc.assert(
    fc.asyncProperty(steps, async (plan) => {
      const durable = new Set<number>();
      const wait = async (i: number): Promise<void> => {
        for (let turn = 0; turn < plan[i]!.delay; turn++) await null;
        if (plan[i]!.fails) throw new Error(`${i}`);
        durable.add(i);
      };
      const order: number[] = [];
      const { dispatch, runner } = world(
        ([id]) => {
          const i = Number(id);
          if (plan[i]!.async) return wait(i);
          if (plan[i]!.fails) throw new Error(`${i}`);
          durable.add(i);
        },
        (effect) => {
          if (plan[Number(effect)]!.write) expect(durable.has(Number(effect))).toBe(true);
          order.push(Number(effect));
        },
      );
      plan.forEach(({ write }, i) => {
        dispatch({ writes: write ? [`${i}`] : [], sends: [`${i}`] });
      });
      await runner.settled();
      expect(order).toEqual([...plan.keys()].filter((i) => !(plan[i]!.write && plan[i]!.fails)));
    }),
  );
});
