// npm run bench -- startup: see `help`.

import { transportNames } from '@muster/transport';
import { flag, listOf, positive, readCommandLine, text, textOr, whole, wholes } from '../command-line.ts';
import { ours } from '../controllers/contender.ts';
import { figure, short, spread } from '../figures.ts';
import { machine, machineText } from '../machine.ts';
import { writeJson } from '../report-files.ts';
import type { Startup } from '../startup/measure-startup.ts';
import { measureStartup } from '../startup/measure-startup.ts';
import { plainText } from '../text-table.ts';

const help = `npm run bench -- startup [options]: how soon many engines that only speak the wire are registered, and whether they stay
registered while tasks run. To reach: 1,000 within 15 s (better 8 s), none lost

  --engines LIST   numbers of engines (4,64,1000)
  --seconds S      how long tasks run in the first round (20)
  --full           for 5 minutes
  --rounds N       rounds (3)
  --transport T    of the controller (its default)
  --json FILE      all measurements`;

const chosen = readCommandLine(
  'startup',
  help,
  { engines: textOr('4,64,1000'), seconds: textOr('20'), full: flag, rounds: textOr('3'), transport: text, json: text },
  (values) => ({
    engines: wholes('engines', values.engines),
    loadS: values.full ? 300 : positive('seconds', values.seconds),
    rounds: whole('rounds', values.rounds),
    contender: ours(values.transport && listOf('transport', values.transport, transportNames)[0]),
    json: values.json,
  }),
);
const all: (Startup & { readonly round: number })[] = [];
for (let round = 1; round <= chosen.rounds; round++)
  for (const engines of chosen.engines) {
    const one = await measureStartup({ ...chosen, engines, loadS: round === 1 ? chosen.loadS : 0 });
    all.push({ ...one, round });
    const { registeredS, residentMb, lost, tasksPerS } = one;
    const load = round === 1 ? `; ${short(tasksPerS)} tasks/s for ${chosen.loadS} s: ${lost} lost` : '';
    console.error(
      `${round}/${chosen.rounds} ${engines} engines: ${short(registeredS)} s, ${short(residentMb)} MB${load}`,
    );
  }
const rows = chosen.engines.map((engines) => {
  const same = all.filter((one) => one.engines === engines);
  const lost = same.reduce((sum, one) => sum + one.lost, 0);
  const told = (of: (one: Startup) => number): string => spread(figure(same.map(of)));
  return [
    String(engines),
    told((one) => one.registeredS),
    told((one) => one.residentMb),
    short(same[0]!.tasksPerS),
    String(lost),
  ];
});
const titles = ['engines', 'registered, s', 'controller, MB', 'tasks/s under load', 'lost'];
console.log(`${plainText([titles, ...rows])}\n\n${machineText([])}`);
if (chosen.json !== undefined)
  writeJson(chosen.json, { bench: 'startup', machine: machine(), options: chosen, startups: all });
