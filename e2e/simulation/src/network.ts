// The network between all models and services: every step takes a random time, connections keep their own order and nothing
// else, and the connections of one peer can be held up or broken.
import type { Random, VirtualTime } from '@muster/machine';
import type { MemoryTransport } from '@muster/transport';
import { createMemoryTransport } from '@muster/transport';

export interface SimulatedNetwork {
  readonly transport: MemoryTransport;
  /** The longest that a step takes where nothing is held up. */
  readonly slowestUs: number;
  /** Nothing passes the connections of this peer until then; nothing is lost. */
  hold(identity: string, untilUs: number): void;
  /** The connections of this peer break, what is under way on them is lost, and they are made again only then. */
  cut(identity: string, untilUs: number): void;
  isHeld(identity: string): boolean;
}

export interface NetworkOptions {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly slowestUs: number;
  readonly onError: (error: Error) => void;
}

const quickestUs = 20;

export function createSimulatedNetwork({ time, random, slowestUs, onError }: NetworkOptions): SimulatedNetwork {
  const heldUntil = new Map<string, number>();
  /** Mostly short. */
  const delayUs = (): number => quickestUs + Math.floor(random() ** 4 * (slowestUs - quickestUs));

  function runStep(step: () => void, identity: string | undefined): void {
    const untilUs = identity === undefined ? 0 : (heldUntil.get(identity) ?? 0);
    if (untilUs <= time.nowUs) step();
    else time.at(untilUs + delayUs(), () => runStep(step, identity));
  }
  const transport = createMemoryTransport({
    schedule: (step, dialler) => void time.at(time.nowUs + delayUs(), () => runStep(step, dialler?.identity)),
    onError,
  });
  function hold(identity: string, untilUs: number): void {
    heldUntil.set(identity, Math.max(untilUs, heldUntil.get(identity) ?? 0));
  }
  return {
    transport,
    slowestUs,
    hold,
    cut(identity, untilUs) {
      hold(identity, untilUs);
      transport.breakLinks(
        (dialler) => dialler.identity === identity,
        (waiting) => Math.floor(random() * (waiting + 1)),
      );
    },
    isHeld: (identity) => (heldUntil.get(identity) ?? 0) > time.nowUs,
  };
}
