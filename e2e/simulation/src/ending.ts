// The end of a world: everything heals, all work comes to its end, then the hub is asked what it knows, and all stop.
import type { JsonObject } from '@muster/protocol';
import { livingEngines } from './actions.ts';
import type { ModelClient } from './model-client.ts';
import type { World } from './world.ts';

const second = 1_000_000;
/** The longest that anything can take once all is healed: registrations, grace times, work. */
const restLimitUs = 120 * second;
/** What goes on for ever: the heartmonitor's beat. */
const lastingTimers = 1;

/** Ends all faults and waits until nothing is left to do; what is left then is a broken rule. */
export async function comeToRest(world: World): Promise<void> {
  const { truth, story, network, controller } = world;
  story.tell('world', 'heals');
  world.healed = true;
  for (const kernel of ['node', 'python']) world.startEngine(kernel);
  const isQuiet = (): boolean =>
    world.engines.every((engine) => !engine.living || !network.isHeld(engine.uuid)) &&
    areListed(world) &&
    [...truth.tasks.values()].every(
      ({ client, answers }) => client === undefined || client.gone || answers.length > 0,
    ) &&
    [...truth.queries.values()].every(({ client, answers }) => client.gone || answers.length > 0) &&
    [...truth.requests.values()].every(({ client, failed, answers }) => client.gone || failed || answers.length > 0) &&
    // The heartmonitor keeps the hearts of living engines.
    controller.leftovers().every((what) => what.startsWith('heartmonitor: ') && what.endsWith(' hearts'));
  if (await world.runUntil(isQuiet, restLimitUs)) story.tell('world', 'is at rest');
  else {
    truth.broken.push(...controller.leftovers().map((what) => `never comes to rest: ${what}`));
    for (const { uuid, id, living } of world.engines)
      if (living !== isListed(world, uuid))
        truth.broken.push(`engine ${uuid} (${id}) ${living ? 'lives and is not listed' : 'is gone and is listed'}`);
  }
}

const isListed = ({ truth }: World, uuid: string): boolean => {
  const spell = truth.listed.get(uuid)?.spells.at(-1);
  return spell !== undefined && spell.until === undefined;
};
const areListed = (world: World): boolean =>
  world.engines.every(({ uuid, living }) => living === isListed(world, uuid));

/** Asks the hub, as a new client, who is there and what has become of everything. */
export async function questionHub(world: World): Promise<void> {
  const { truth } = world;
  const client = world.startClient();
  await world.run(second);
  const say = (text: string): void => void truth.broken.push(`hub: ${text}`);
  const engines = await ask(world, client, 'connection_request', {});
  const expected = Object.fromEntries(livingEngines(world).map(({ id, uuid }) => [String(id), uuid]));
  if (show(engines?.engines) !== show(expected)) say(`lists ${show(engines?.engines)}, alive are ${show(expected)}`);

  for (const [key, queue] of Object.entries((await ask(world, client, 'queue_request', { verbose: true })) ?? {})) {
    const left = key === 'unassigned' ? queue : key === 'status' ? [] : withoutCompleted(queue as JsonObject);
    if ((left as unknown[]).length > 0) say(`queue of ${key} still has ${show(left)}`);
  }
  for (const one of world.clients) if (!one.gone) compareLists(one, expected, say);
  const saved = show(JSON.parse(world.engineState() || '{}').engines);
  if (saved !== show(expected)) say(`has saved ${saved}, alive are ${show(expected)}`);
  await questionResults(world, client, say);
}

const withoutCompleted = ({ queue, tasks }: JsonObject): unknown[] => [queue, tasks].flat();

function compareLists(client: ModelClient, expected: object, say: (text: string) => void): void {
  const known = Object.fromEntries(client.engines);
  if (show(known) !== show(expected)) say(`${client.session} knows ${show(known)}, alive are ${show(expected)}`);
}

/** Nothing that was answered is pending, and what the hub has of it is what the client got. */
async function questionResults(world: World, client: ModelClient, say: (text: string) => void): Promise<void> {
  const { tasks, requests } = world.truth;
  const asked = new Map<string, string>();
  const ask = (msgId: string, statusOnly: boolean): void =>
    void asked.set(client.ask('result_request', { msg_ids: [msgId], status_only: statusOnly }), msgId);
  for (const msgId of tasks.keys()) ask(msgId, false);
  for (const msgId of requests.keys()) ask(msgId, true);
  const answerTo = (question: string): JsonObject | undefined => world.truth.queries.get(question)?.answers[0];
  await world.runUntil(() => [...asked.keys()].every(answerTo), restLimitUs);
  for (const [question, msgId] of asked) {
    const reply = answerTo(question);
    if (reply === undefined) say(`does not say what has become of ${msgId}`);
    else if (reply.status === 'ok' && (reply.pending as unknown[]).length > 0) say(`${msgId} is pending`);
    const kept = (reply?.[msgId] as JsonObject | undefined)?.result_content as JsonObject | undefined;
    const got = tasks.get(msgId)?.answers[0];
    if (kept && got && (kept.status !== got.status || kept.ename !== got.ename))
      say(`has ${show(kept)} of ${msgId}, its client got ${show(got)}`);
  }
}

/** Asks and waits for the answer; undefined when it does not come. */
async function ask(
  world: World,
  client: ModelClient,
  msgType: string,
  content: object,
): Promise<JsonObject | undefined> {
  const { answers } = world.truth.queries.get(client.ask(msgType, content))!;
  await world.runUntil(() => answers.length > 0, restLimitUs);
  const answer = answers[0];
  if (answer === undefined) world.truth.broken.push(`hub: no answer to ${msgType}`);
  return answer;
}

const show = (value: unknown): string => JSON.stringify(value);

/** All engines leave, all clients go, the services stop: nothing may be left of any of them. */
export async function closeDown(world: World): Promise<void> {
  const { truth, controller, ports, time, story } = world;
  for (const engine of livingEngines(world)) engine.leave();
  for (const client of world.clients) if (!client.gone) client.vanish();
  const isEmpty = (): boolean => controller.leftovers().length === 0 && ports.timers.size === lastingTimers;
  if (!(await world.runUntil(isEmpty, restLimitUs)))
    truth.broken.push(
      ...controller.leftovers().map((what) => `left when all have gone: ${what}`),
      `${ports.timers.size} timers are left`,
    );
  story.tell('world', 'stops');
  let stopped = false;
  void controller.stop().then(() => {
    stopped = true;
  });
  for (let turn = 0; turn < stopTurns && (!stopped || time.size > 0); turn++) {
    await new Promise(setImmediate);
    time.advance(second);
  }
  if (!stopped) truth.broken.push('the controller does not stop');
  if (ports.timers.size > 0) truth.broken.push(`${ports.timers.size} timers are left after the stop`);
  if (time.size > 0) truth.broken.push(`${time.size} things are still to happen after the stop`);
}

const stopTurns = 100;
