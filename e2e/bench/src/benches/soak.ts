// npm run bench -- soak: see `help`.
import { transportNames } from '@muster/transport';
import { listOf, positive, readCommandLine, text, textOr, whole } from '../command-line.ts';
import { ours } from '../controllers/contender.ts';
import { short } from '../figures.ts';
import { machine, machineText } from '../machine.ts';
import { writeJson } from '../report-files.ts';
import type { SoakSample } from '../soak/measure-soak.ts';
import { measureSoak } from '../soak/measure-soak.ts';
import { slope } from '../soak/trend.ts';
import { plainText } from '../text-table.ts';

const help = `npm run bench -- soak [options]: a controller that works for an hour at half of what it can do. To reach: every task is answered
once, and over the second half (in the first, records fill up to their limits) neither memory nor the cost of a task grows by more than
a tenth

  --minutes N      how long (60)
  --load N         part of the time in which there is work (0.5)
  --engines N      (64)
  --transport T    of the controller (its default)
  --json FILE      all measurements`;

const most = 0.1;
const chosen = readCommandLine(
  'soak',
  help,
  { minutes: textOr('60'), load: textOr('0.5'), engines: textOr('64'), transport: text, json: text },
  (values) => {
    const load = positive('load', values.load);
    if (load > 1) throw new Error(`--load needs a number above 0 and up to 1, not '${values.load}'.`);
    return {
      minutes: positive('minutes', values.minutes),
      load,
      engines: whole('engines', values.engines),
      contender: ours(values.transport && listOf('transport', values.transport, transportNames)[0]),
      json: values.json,
    };
  },
);

const cellsOf = ({ minutes, tasks, tasksPerS, residentMb, cpuUs, p50Us, p99Us }: SoakSample): string[] =>
  [minutes, tasks, tasksPerS, residentMb, cpuUs, p50Us / 1000, p99Us / 1000].map(short);

const titles = ['minutes', 'tasks', 'tasks/s', 'MB', 'CPU for a task, µs', 'worst p50, ms', 'worst p99, ms'];
const samples = await measureSoak({
  ...chosen,
  onSample: (sample) => console.error(titles.map((title, i) => `${title} ${cellsOf(sample)[i]}`).join(', ')),
});
const late = samples.slice(samples.length / 2);
/** Over the second half, as a part of what it was at its begin. */
const growth = (of: (sample: SoakSample) => number): number =>
  (slope(late.map((sample) => [sample.minutes, of(sample)])) * (late.at(-1)!.minutes - late[0]!.minutes)) /
  of(late[0]!);
const [memory, cost] = [growth((sample) => sample.residentMb), growth((sample) => sample.cpuUs)];
const percent = (part: number): string => `${part < 0 ? '' : '+'}${(part * 100).toFixed(1)} %`;
const verdict = (part: number): string => `${percent(part)} (${part <= most ? 'reached' : 'MISSED'})`;
const shown = samples.filter((_, i) => (i + 1) % Math.ceil(samples.length / 10) === 0 || i === 0);
console.log(`${plainText([titles, ...shown.map(cellsOf)])}

Over the second half: memory ${verdict(memory)}, processor time of a task ${verdict(cost)}; ${short(samples.at(-1)!.tasks)} tasks answered, none lost
${machineText([])}`);
if (chosen.json !== undefined) writeJson(chosen.json, { bench: 'soak', machine: machine(), memory, cost, samples });
