import type { Effects, Inputs, Step, TimerFired } from './machine.ts';
import type { Ports } from './ports.ts';

/** How a shell performs what a core wants. */
export interface Performer<W, S> {
  /**
   * Makes the writes of one step durable, in the order in which they are given. A promise holds back the sends of this
   * step and of all later ones; the steps themselves go on, so that a store can commit the writes of many at once.
   */
  writes(effects: readonly W[]): void | Promise<void>;
  send(effect: S): void;
}

/** What is told of each step, for stories, journals and tests. */
export type Recorder<E, W, S> = (step: {
  readonly nowUs: number;
  readonly event: E | TimerFired;
  readonly effects: Effects<W, S>;
}) => void;

export interface Runner<E> {
  /**
   * Feeds one event to the core. Events that arise while effects are performed wait their turn; so steps never nest, and
   * effects leave in the order of their steps.
   */
  dispatch(event: E): void;
  /** The same for several, one after the other; the clock is read once for all. */
  dispatchAll(events: readonly E[]): void;
  /** Resolves when no sends wait for writes. */
  settled(): Promise<void>;
  /** Clears all timers that the core has set; later events are ignored. What waits for writes still leaves (see settled). */
  stop(): void;
}

export interface RunnerOptions<State, E, W, S> {
  readonly state: State;
  readonly step: Step<State, E, W, S>;
  readonly perform: Performer<W, S>;
  readonly ports: Ports;
  readonly record?: Recorder<E, W, S>;
  /**
   * A write that failed (the sends of its step do not leave), a send that failed (the others of its step do leave), or a
   * bug in the core: told, and the runner goes on.
   */
  readonly onError: (error: unknown, event: E | TimerFired) => void;
}

/** Runs a core: one event after the other, writes before sends, timers back in as events. */
export function createRunner<State, E, W, S>(options: RunnerOptions<State, E, W, S>): Runner<E> {
  const { state, step, perform, ports, record, onError } = options;
  const timerIds = new Set<string>();
  const inputs: { nowUs: number } & Inputs = { nowUs: 0, random: ports.random, newId: ports.newId };
  /** Events that came while a step was running. */
  let waiting: (E | TimerFired)[] = [];
  let running = false;
  let stopped = false;
  /** Set while writes are under way: the sends of all steps since then queue behind it. */
  let lastSends: Promise<void> | undefined;

  function dispatch(event: E | TimerFired): void {
    if (stopped) return;
    if (running) {
      waiting.push(event);
      return;
    }
    running = true;
    readClock();
    runStep(event);
    runWaiting();
    running = false;
  }

  function dispatchAll(events: readonly E[]): void {
    if (stopped || events.length === 0) return;
    if (running) {
      for (const event of events) waiting.push(event);
      return;
    }
    running = true;
    readClock();
    for (let i = 0; i < events.length && !stopped; i++) {
      if (i > 0) inputs.nowUs++;
      runStep(events[i]!);
      if (waiting.length > 0) runWaiting();
    }
    running = false;
  }

  function runWaiting(): void {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      for (const next of batch) {
        if (stopped) continue;
        readClock();
        runStep(next);
      }
    }
  }

  /** Later than the moment of the last step, also when that was one of many for which the clock was read once. */
  function readClock(): void {
    inputs.nowUs = Math.max(inputs.nowUs + 1, ports.clock.nowUs());
  }

  function runStep(event: E | TimerFired): void {
    try {
      const effects = step(state, event, inputs);
      record?.({ nowUs: inputs.nowUs, event, effects });
      for (const timer of effects.timers) {
        if (timer.type === 'timer.set') setTimer(timer.id, timer.atUs);
        else clearTimer(timer.id);
      }
      const written = effects.writes.length > 0 ? perform.writes(effects.writes) : undefined;
      if (written === undefined && lastSends === undefined) sendAll(effects.sends, event);
      else if (written !== undefined || effects.sends.length > 0) sendLater(written, effects.sends, event);
    } catch (error) {
      tell(error, event);
    }
  }

  function sendAll(sends: readonly S[], event: E | TimerFired): void {
    for (const effect of sends) {
      try {
        perform.send(effect);
      } catch (error) {
        tell(error, event);
      }
    }
  }

  /** Sends when the writes of this step are durable and the sends of all earlier steps have left. */
  function sendLater(written: void | Promise<void>, sends: readonly S[], event: E | TimerFired): void {
    const earlier = lastSends;
    const outcome = Promise.resolve(written).then(
      () => true,
      (error: unknown) => {
        tell(error, event);
        return false;
      },
    );
    const sent = Promise.all([outcome, earlier]).then(([durable]) => {
      if (durable) sendAll(sends, event);
      if (lastSends === sent) lastSends = undefined;
    });
    lastSends = sent;
  }

  /** A listener that fails has nobody left to be told to, and must not stop the runner. */
  function tell(error: unknown, event: E | TimerFired): void {
    try {
      onError(error, event);
    } catch {}
  }

  function setTimer(id: string, atUs: number): void {
    if (stopped) return;
    timerIds.add(id);
    ports.timers.set(id, atUs, () => {
      timerIds.delete(id);
      dispatch({ type: 'timer.fired', id });
    });
  }
  function clearTimer(id: string): void {
    timerIds.delete(id);
    ports.timers.clear(id);
  }

  return {
    dispatch,
    dispatchAll,
    async settled() {
      while (lastSends !== undefined) await lastSends;
    },
    stop() {
      stopped = true;
      for (const id of timerIds) ports.timers.clear(id);
      timerIds.clear();
    },
  };
}
