// npm run bench -- growth: see `help`.
import { transportNames } from '@muster/transport';
import { flag, listOf, readCommandLine, text, textOr, whole } from '../command-line.ts';
import { ours } from '../controllers/contender.ts';
import { short } from '../figures.ts';
import type { QueueCost } from '../growth/measure-queue.ts';
import { measureQueue } from '../growth/measure-queue.ts';
import { machine, machineText } from '../machine.ts';
import { writeJson } from '../report-files.ts';
import { plainText } from '../text-table.ts';

const help = `npm run bench -- growth [options]: what a task costs the controller with 64 engines and 1,000 tasks in the queue, and with 1,000
engines and a long queue; to reach: not more than 1.5 times as much. And whether memory is given back

  --engines N      many engines (1000)
  --queued N       the long queue (100000)
  --full           1,000,000 tasks in it; needs 6 GB of memory
  --transport T    of the controller (its default)
  --json FILE      all measurements`;

const most = 1.5;
const chosen = readCommandLine(
  'growth',
  help,
  { engines: textOr('1000'), queued: textOr('100000'), full: flag, transport: text, json: text },
  (values) => ({
    engines: whole('engines', values.engines),
    queued: values.full ? 1_000_000 : whole('queued', values.queued),
    contender: ours(values.transport && listOf('transport', values.transport, transportNames)[0]),
    json: values.json,
  }),
);
const { contender } = chosen;
const costs: QueueCost[] = [];
for (const shape of [
  { engines: 64, queued: 1000, bursts: Math.min(50, Math.ceil(chosen.queued / 1000)) },
  { engines: chosen.engines, queued: chosen.queued, bursts: 1 },
]) {
  console.error(`${shape.engines} engines, ${shape.queued} tasks in the queue, ${shape.bursts} times …`);
  costs.push(await measureQueue({ contender, ...shape }));
}
const rows = costs.map((one) => [
  String(one.engines),
  short(one.queued),
  ...[one.cpuUs, one.startMb, one.queuedMb, one.afterMb].map(short),
]);
const titles = ['engines', 'queued', 'CPU for a task, µs', 'MB before', 'MB queued', 'MB after'];
const ratio = costs[1]!.cpuUs / costs[0]!.cpuUs;
const verdict = `${short(ratio)} times the processor time a task (to reach: at most ${most}): ${ratio <= most ? 'reached' : 'MISSED'}`;
console.log(`${plainText([titles, ...rows])}\n\n${verdict}\n${machineText([])}`);
if (chosen.json !== undefined) writeJson(chosen.json, { bench: 'growth', machine: machine(), ratio, costs });
