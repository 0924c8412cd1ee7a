import type { Effects, Inputs, Step, TimerFired } from './machine.ts';
import type { Ports } from './ports.ts';

/** How a shell performs what a core wants. */
export interface Performer<W, S> {
  /** Makes the writes of one step durable. A promise holds back the sends of this step and of the next ones. */
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
  /** Resolves when no step waits for its writes. */
  settled(): Promise<void>;
  /** Clears all timers that the core has set; later events are ignored. */
  stop(): void;
}

export interface RunnerOptions<State, E, W, S> {
  readonly state: State;
  readonly step: Step<State, E, W, S>;
  readonly perform: Performer<W, S>;
  readonly ports: Ports;
  readonly record?: Recorder<E, W, S>;
  /** A write that failed, or a bug in the core or shell: told, and the runner goes on with the next event. */
  readonly onError: (error: unknown, event: E | TimerFired) => void;
}

/** Runs a core: one event after the other, writes before sends, timers back in as events. */
export function createRunner<State, E, W, S>(options: RunnerOptions<State, E, W, S>): Runner<E> {
  const { state, step, perform, ports, record, onError } = options;
  const queue: (E | TimerFired)[] = [];
  const timerIds = new Set<string>();
  const inputs: { nowUs: number } & Inputs = { nowUs: 0, random: ports.random, newId: ports.newId };
  let running = false;
  let stopped = false;
  /** Set while a step's writes are under way; sends and later steps queue behind it. */
  let writing: Promise<void> | undefined;

  function dispatch(event: E | TimerFired): void {
    if (stopped) return;
    queue.push(event);
    if (!running && writing === undefined) drain();
  }

  function drain(): void {
    running = true;
    try {
      for (let event = queue.shift(); event !== undefined && !stopped; event = queue.shift()) {
        if (runStep(event)) break;
      }
    } finally {
      running = false;
    }
  }

  /** One step. True when its writes are not done yet, so that the rest must wait. */
  function runStep(event: E | TimerFired): boolean {
    try {
      inputs.nowUs = ports.clock.nowUs();
      const effects = step(state, event, inputs);
      record?.({ nowUs: inputs.nowUs, event, effects });
      for (const timer of effects.timers) {
        if (timer.type === 'timer.set') setTimer(timer.id, timer.atUs);
        else clearTimer(timer.id);
      }
      const pending = effects.writes.length > 0 ? perform.writes(effects.writes) : undefined;
      if (pending === undefined) {
        for (const effect of effects.sends) perform.send(effect);
        return false;
      }
      writing = finish(pending, effects, event);
      return true;
    } catch (error) {
      onError(error, event);
      return false;
    }
  }

  async function finish(pending: Promise<void>, effects: Effects<W, S>, event: E | TimerFired): Promise<void> {
    try {
      await pending;
      for (const effect of effects.sends) perform.send(effect);
    } catch (error) {
      onError(error, event);
    }
    writing = undefined;
    drain();
  }

  function setTimer(id: string, atUs: number): void {
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
    async settled() {
      while (writing !== undefined) await writing;
    },
    stop() {
      stopped = true;
      for (const id of timerIds) ports.timers.clear(id);
      timerIds.clear();
    },
  };
}
