import { createRunner, createStory, createVirtualPorts, createVirtualTime } from '@muster/machine';
import { describe, expect, test } from 'vitest';
import type { HeartmonitorEvent, HeartmonitorSend, HeartmonitorState } from './index.ts';
import { createState, defaultSettings, leftovers, step } from './index.ts';

const second = 1_000_000;

/** A monitor under virtual time; engines in `alive` answer each ping after a millisecond. */
function createBench(overrides: Partial<typeof defaultSettings> = {}) {
  const time = createVirtualTime();
  const ports = createVirtualPorts(time, 1);
  const alive = new Set<string>();
  const sent: HeartmonitorSend[] = [];
  const errors: unknown[] = [];
  const story = createStory<HeartmonitorEvent, never, HeartmonitorSend>();
  const state = createState({ ...defaultSettings, ...overrides }, ports.clock.nowUs());
  const runner = createRunner<HeartmonitorState, HeartmonitorEvent, never, HeartmonitorSend>({
    state,
    step,
    ports,
    record: story.record,
    onError: (error) => errors.push(error),
    perform: {
      writes() {},
      send(effect) {
        if (effect.type !== 'ping.publish') sent.push(effect);
        else
          for (const uuid of alive)
            time.at(time.nowUs + 1000, () => runner.dispatch({ type: 'pong.received', uuid, text: effect.text }));
      },
    },
  });
  runner.dispatch({ type: 'monitor.started' });
  return { time, alive, sent, errors, state, runner, story };
}

describe('registration', () => {
  test('a pending engine is announced after its first pong and the settle time, long before a period is over', () => {
    const { time, alive, sent, runner } = createBench();
    alive.add('a');
    runner.dispatch({ type: 'registration.pending', uuid: 'a' });
    time.advance(0.2 * second);
    expect(sent).toEqual([]);
    time.advance(0.1 * second);
    expect(sent).toEqual([{ type: 'heart.start', uuid: 'a' }]);
  });

  test('an engine that comes to life late is found by the slower probes', () => {
    const { time, alive, sent, runner } = createBench();
    runner.dispatch({ type: 'registration.pending', uuid: 'a' });
    time.advance(7 * second);
    alive.add('a');
    time.advance(0.6 * second);
    expect(sent).toEqual([{ type: 'heart.start', uuid: 'a' }]);
  });

  test('a cancelled registration is forgotten, also while it settles', () => {
    const { time, alive, sent, runner, state } = createBench();
    alive.add('a');
    runner.dispatch({ type: 'registration.pending', uuid: 'a' });
    time.advance(0.1 * second);
    alive.clear();
    runner.dispatch({ type: 'registration.ended', uuid: 'a' });
    time.advance(30 * second);
    expect(sent).toEqual([]);
    expect(leftovers(state)).toEqual([]);
  });

  test('the hub is told again at each beat until it has heard', () => {
    const { time, alive, sent, runner } = createBench();
    alive.add('a');
    runner.dispatch({ type: 'registration.pending', uuid: 'a' });
    time.advance(6.5 * second);
    expect(sent.length).toBe(3);
    runner.dispatch({ type: 'engine.registered', uuid: 'a' });
    time.advance(30 * second);
    expect(sent.length).toBe(3);
  });

  test('many registrations one after the other do not put the probe off for ever', () => {
    const { time, alive, sent, runner } = createBench();
    for (let i = 0; i < 100; i++) {
      alive.add(`e${i}`);
      runner.dispatch({ type: 'registration.pending', uuid: `e${i}` });
      time.advance(0.02 * second);
    }
    expect(sent.length).toBeGreaterThan(50);
  });
});

describe('beats', () => {
  test('the eleventh miss in a row drops an engine, an answer in between starts the count anew', () => {
    const { time, alive, sent, runner } = createBench();
    runner.dispatch({ type: 'engine.registered', uuid: 'a' });
    time.advance(10 * 3 * second + second);
    alive.add('a');
    time.advance(3 * second);
    alive.clear();
    time.advance(11 * 3 * second);
    expect(sent).toEqual([]);
    time.advance(3 * second);
    expect(sent).toEqual([{ type: 'heart.stop', uuid: 'a' }]);
  });

  test('a pong of the ping before counts as late, an older or invented one does not', () => {
    const { time, sent, runner, story } = createBench({ maxMisses: 1 });
    runner.dispatch({ type: 'engine.registered', uuid: 'a' });
    const ping = (): string =>
      /"text":"([^"]+)"/.exec(story.lines().findLast((line) => line.includes('ping.publish'))!)![1]!;
    const first = ping();
    time.advance(3.1 * second);
    runner.dispatch({ type: 'pong.received', uuid: 'a', text: first });
    time.advance(3 * second);
    runner.dispatch({ type: 'pong.received', uuid: 'a', text: first });
    runner.dispatch({ type: 'pong.received', uuid: 'a', text: 'invented' });
    expect(sent).toEqual([]);
    time.advance(6 * second);
    expect(sent).toEqual([{ type: 'heart.stop', uuid: 'a' }]);
  });

  test('an unregistered engine is forgotten without a word', () => {
    const { time, sent, runner, state } = createBench();
    runner.dispatch({ type: 'engine.registered', uuid: 'a' });
    runner.dispatch({ type: 'engine.unregistered', uuid: 'a' });
    time.advance(100 * second);
    expect(sent).toEqual([]);
    expect(leftovers(state)).toEqual([]);
  });
});

describe('a list of the hub', () => {
  const listed = (uuids: string[], pending: string[] = []) => ({ type: 'engines.listed', uuids, pending }) as const;

  test('an engine that was not known has all its misses still to make; one that was keeps its own', () => {
    const { time, sent, runner } = createBench({ maxMisses: 3 });
    runner.dispatch({ type: 'engine.registered', uuid: 'old' });
    time.advance(3 * 3 * second);
    runner.dispatch(listed(['old', 'new']));
    time.advance(2 * 3 * second + 0.5 * second);
    expect(sent).toEqual([{ type: 'heart.stop', uuid: 'old' }]);
    time.advance(2 * 3 * second);
    expect(sent).toEqual([
      { type: 'heart.stop', uuid: 'old' },
      { type: 'heart.stop', uuid: 'new' },
    ]);
  });

  test('after a restart, engines that answer stay, and nobody is told of them', () => {
    const { time, alive, sent, runner, state } = createBench({ maxMisses: 2 });
    alive.add('a');
    runner.dispatch(listed(['a']));
    time.advance(100 * second);
    expect(sent).toEqual([]);
    alive.clear();
    time.advance(4 * 3 * second);
    expect(sent).toEqual([{ type: 'heart.stop', uuid: 'a' }]);
    expect(leftovers(state)).toEqual([]);
  });

  test('a heart that the hub does not know is a stranger when it beats, and is told again to each hub', () => {
    const { time, alive, sent, runner } = createBench();
    alive.add('a');
    runner.dispatch({ type: 'engine.registered', uuid: 'a' });
    time.advance(7 * second);
    runner.dispatch(listed([]));
    expect(sent).toEqual([]);
    time.advance(7 * second);
    expect(sent).toEqual([{ type: 'heart.start', uuid: 'a' }]);
    runner.dispatch(listed([]));
    expect(sent).toHaveLength(2);
  });

  test('who registers is awaited; who does not any more is not', () => {
    const { time, alive, sent, runner, state } = createBench();
    runner.dispatch({ type: 'registration.pending', uuid: 'given up' });
    runner.dispatch(listed([], ['a', 'b']));
    alive.add('a');
    time.advance(second);
    expect(sent).toEqual([{ type: 'heart.start', uuid: 'a' }]);
    runner.dispatch(listed(['a'], []));
    expect(leftovers(state)).toEqual(['1 hearts']);
  });
});

test('a heart that nobody registered is told once, after the settle time, and forgotten when it falls silent', () => {
  const { time, alive, sent, state, errors } = createBench({ maxStrangers: 1 });
  alive.add('zombie').add('one too many');
  time.advance(3.09 * second);
  expect(sent).toEqual([]);
  time.advance(30 * second);
  expect(sent).toEqual([{ type: 'heart.start', uuid: 'zombie' }]);
  alive.clear();
  time.advance(10 * second);
  expect(leftovers(state)).toEqual([]);
  expect(errors).toEqual([]);
});

test('a stranger that registers while it settles is told once', () => {
  const { time, alive, sent, runner } = createBench();
  alive.add('a');
  time.advance(3.05 * second);
  runner.dispatch({ type: 'registration.pending', uuid: 'a' });
  time.advance(0.3 * second);
  expect(sent).toEqual([{ type: 'heart.start', uuid: 'a' }]);
});
