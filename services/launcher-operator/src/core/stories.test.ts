// Each file of stories/ is a script (`$` commands, `#` comments) with the transcript of what the core did in a small world.
// After a wanted change of behaviour: vitest run services/launcher-operator -u, and review the difference.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Simulation } from './testing/simulation.ts';
import { createSimulation } from './testing/simulation.ts';

const folder = new URL('./stories/', import.meta.url);
const stories = readdirSync(folder).filter((name) => name.endsWith('.txt'));

/** Engines that run register; the launcher and the hub are looked at; the operator acts, until it has nothing to do. */
function settle(sim: Simulation): void {
  for (let round = 0; round < 20; round++) {
    while (sim.pending.length > 0) sim.finishCall(0);
    for (const { process } of sim.everybody()) {
      if (process.state === 'queued') process.state = sim.weather.endsEarly ? 'ended' : 'running';
      if (process.state === 'running') process.registered = true;
    }
    sim.poll();
    sim.hearHub();
    if (!sim.step().some(({ type }) => type !== 'requeue')) return;
  }
}

const engine = (sim: Simulation, n: string) => sim.everybody()[Number(n)]!.process;

const commands: Record<string, (sim: Simulation, word: string) => void> = {
  step: (sim) => void sim.step(),
  killed: (sim, after) => void sim.step(Number(after)),
  settle,
  later(sim, seconds) {
    sim.advance(Number(seconds) * 1000);
    settle(sim);
  },
  scale(sim, engines) {
    sim.spec.engines = Number(engines);
    sim.spec.generation++;
    settle(sim);
  },
  template(sim, template) {
    sim.spec.template = template;
    sim.spec.generation++;
    settle(sim);
  },
  work: (sim, n) => void Object.assign(engine(sim, n), { busy: true }),
  rest: (sim, n) => void Object.assign(engine(sim, n), { busy: false }),
  crash(sim, n) {
    Object.assign(engine(sim, n), { state: 'ended', registered: false });
    settle(sim);
  },
  weather(sim, name) {
    const key = name as keyof Simulation['weather'];
    sim.weather[key] = !sim.weather[key];
  },
  delete(sim) {
    sim.stored.deleting = true;
    settle(sim);
  },
};

function retell(script: string): string {
  const lines = script.split('\n').filter((line) => /^[#$] ?/.test(line));
  const world = lines.find((line) => line.startsWith('$ world '));
  const sim = createSimulation({
    ...{ engines: 1, maxEngines: 1, slots: 100, tellsEach: true },
    ...JSON.parse(world?.slice('$ world '.length) ?? '{}'),
  });
  const told: string[] = [];
  for (const line of lines) {
    told.push(line);
    if (line.startsWith('#') || line === world) continue;
    const before = sim.log.length;
    const [verb = '', word = ''] = line.slice(2).split(' ');
    const command = commands[verb];
    if (command === undefined) throw new Error(`no such command: ${line}`);
    command(sim, word);
    told.push(...sim.log.slice(before).map((text) => `> ${text}`));
  }
  expect(sim.violations).toEqual([]);
  return `${told.join('\n')}\n`;
}

test.each(stories)('%s', async (name) => {
  const path = new URL(name, folder).pathname;
  await expect(retell(readFileSync(path, 'utf8'))).toMatchFileSnapshot(path);
});

test('there are stories', () => expect(stories.length).toBeGreaterThan(4));
