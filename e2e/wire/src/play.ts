// Plays groups of scenarios to both controllers at once, and compares what was heard.
import type { Account, Compared } from './compare/compare.ts';
import { compareAccounts } from './compare/compare.ts';
import type { Shape } from './compare/shape.ts';
import { ourYear } from './compare/shape.ts';
import type { Whose } from './harness/controller.ts';
import type { FakeEngine } from './harness/fake-engine.ts';
import { startStage } from './harness/stage.ts';
import type { Group, Scenario } from './tale.ts';
import { createTale, EndsEarly } from './tale.ts';

export interface Played extends Compared {
  readonly scenario: string;
  /** Neither controller let it come to its end. */
  readonly endedEarly: boolean;
}

interface Told {
  readonly account: Account;
  readonly endedEarly: boolean;
}

const two = (n: number): string => String(n).padStart(2, '0');

/** Dates that are the same for both controllers, and later in later scenarios. */
function clockOf(index: number): () => string {
  let micros = 0;
  const time = `${two(Math.floor(index / 3600))}:${two(Math.floor(index / 60) % 60)}:${two(index % 60)}`;
  return () => `${ourYear}01-01T${time}.${String(++micros).padStart(6, '0')}Z`;
}

async function tellAll(whose: Whose, group: Group): Promise<Map<string, Told>> {
  await using stage = await startStage(whose, { args: group.args, ...(group.env && { env: group.env }) });
  const engines = new Map<string, FakeEngine>([['fence', stage.fence]]);
  for (const uuid of group.engines) engines.set(uuid, (await stage.enter({ uuid })).engine);
  if (group.settles === undefined) for (const engine of engines.values()) await stage.schedulable(engine);
  const told = new Map<string, Told>();
  for (const [index, scenario] of group.scenarios.entries()) {
    stage.wire.prefix = scenario.name;
    stage.wire.clock = clockOf(index);
    const account = new Map<string, Shape>();
    const { tale, end } = createTale(stage, engines, account);
    let endedEarly = false;
    try {
      await scenario.play(tale);
    } catch (error) {
      if (!(error instanceof EndsEarly)) throw new Error(`${whose}, ${scenario.name}`, { cause: error });
      endedEarly = true;
    }
    await end(group.settles);
    told.set(scenario.name, { account, endedEarly });
  }
  return told;
}

export async function playGroup(group: Group): Promise<Played[]> {
  const [theirs, ours] = await Promise.all([tellAll('theirs', group), tellAll('ours', group)]);
  return group.scenarios.map(({ name }: Scenario) => {
    const [one, other] = [theirs.get(name)!, ours.get(name)!];
    const compared = compareAccounts(`${group.name}: ${name}`, one.account, other.account);
    return { scenario: `${group.name}: ${name}`, ...compared, endedEarly: one.endedEarly && other.endedEarly };
  });
}
