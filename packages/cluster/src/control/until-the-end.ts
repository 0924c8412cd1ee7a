import { setTimeout as delay } from 'node:timers/promises';
import { readCluster } from '../cluster-store.ts';
import type { Place } from '../place.ts';
import { askEveryMs, askStatus, how, tailOf } from '../watch.ts';
import type { Held, Order } from './order.ts';
import { followRestart } from './restart.ts';

/** What a person is told. */
export interface Voice {
  say(line: string): void;
  complain(text: string): void;
}

const quietPollMs = 300;

/**
 * Waits for the end: of the controller, or without one of all engines. Says when an engine ends, and goes on through a restart.
 * Resolves to the exit status that follows; rejects when `stop` is given.
 */
export async function untilTheEnd(order: Order, held: Held, voice: Voice, stop: AbortSignal): Promise<number> {
  const known = new Set<string>();
  for (;;) {
    const found =
      (await controllerEnded(order, held, voice, stop)) ?? (await enginesEnded(order, held, known, voice, stop));
    if (found === 'restarted') {
      known.clear();
      held.began = performance.now();
      voice.say('The cluster was restarted by another command.');
    } else if (found !== undefined) return found;
    const slowest = Math.max(...allHeld(held).map(askEveryMs), quietPollMs);
    await delay(slowest, undefined, { signal: stop });
  }
}

type Outcome = number | 'restarted' | undefined;

const allHeld = ({ controller, engineSets }: Held) => [
  ...(controller === undefined ? [] : [controller]),
  ...Object.values(engineSets),
];

async function controllerEnded(order: Order, held: Held, voice: Voice, stop: AbortSignal): Promise<Outcome> {
  if (held.controller === undefined) return undefined;
  const [main] = (await askStatus(order.launchers, 'controller', held.controller)).ended;
  if (main === undefined) return undefined;
  if (await followRestart(order, held, stop)) return 'restarted';
  // Of processes that another command started it is not known how they ended.
  if (main.exit === undefined && (await wasStopped(order.place, stop))) {
    voice.say('The cluster was stopped by another command.');
    return 0;
  }
  if (main.exit === 0) voice.say('The controller has stopped.');
  else voice.complain(`The controller ended ${how(main)}.\n${tailOf(main)}`);
  return main.exit === 0 ? 0 : 1;
}

const stopTakesMs = 3000;

/** Who stops a cluster removes its file when all processes have ended. */
async function wasStopped(place: Place, stop: AbortSignal): Promise<boolean> {
  const deadline = performance.now() + stopTakesMs;
  while (readCluster(place) !== undefined) {
    if (performance.now() > deadline) return false;
    await delay(quietPollMs, undefined, { signal: stop });
  }
  return true;
}

async function enginesEnded(
  order: Order,
  held: Held,
  known: Set<string>,
  voice: Voice,
  stop: AbortSignal,
): Promise<Outcome> {
  let running = 0;
  let failed = false;
  for (const [id, set] of Object.entries(held.engineSets)) {
    const status = await askStatus(order.launchers, 'engine', set);
    running += status.running.length;
    // How those ended that another command started is not known.
    failed ||= status.ended.some(({ exit }) => exit !== 0 && exit !== undefined);
    const fresh = status.ended.filter(({ key }) => !known.has(`${id}/${key}`));
    if (fresh.length > 0 && (await followRestart(order, held, stop))) return 'restarted';
    for (const engine of fresh) {
      known.add(`${id}/${engine.key}`);
      if (engine.exit === 0 || engine.exit === undefined) voice.say(`Engine ${engine.key} has stopped.`);
      else voice.complain(`Engine ${engine.key} ended ${how(engine)}.\n${tailOf(engine)}`);
    }
  }
  const early = failed && performance.now() - held.began < order.values.earlyShutdownS * 1000;
  if (running > 0 || (held.controller !== undefined && !early)) return undefined;
  voice.say('All engines have ended.');
  return early ? 1 : 0;
}
