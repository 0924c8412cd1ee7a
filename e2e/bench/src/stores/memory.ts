// What tasks weigh in the memory store: a process of its own is filled with them.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { figure, short, spread } from '../figures.ts';
import type { Weight } from './fill-memory.ts';
import type { Row } from './row.ts';

const program = join(import.meta.dirname, 'fill-memory.ts');
const mostMb = 250;
/** For that many. */
const goalTasks = 100_000;

export async function measureMemory(tasks: number, rounds: number, onStep: (text: string) => void): Promise<Row[]> {
  const weights: Weight[] = [];
  for (let round = 1; round <= rounds; round++) {
    const { stdout } = await promisify(execFile)(process.execPath, [program, String(tasks)]);
    const weight = JSON.parse(stdout) as Weight;
    weights.push(weight);
    onStep(`memory, round ${round}: ${short(weight.emptyMb)} MB empty, ${short(weight.fullMb)} MB full`);
  }
  const of = (member: keyof Weight) => figure(weights.map((weight) => weight[member]));
  const [empty, full] = [of('emptyMb'), of('fullMb')];
  const many = short(tasks);
  return [
    { what: 'process with an empty memory store, resident, MB', value: spread(empty) },
    {
      what: `  with ${many} small tasks in it`,
      value: spread(full),
      ...(tasks === goalTasks && { goal: { text: `at most ${mostMb}`, reached: full.median <= mostMb } }),
    },
    { what: '  at its largest', value: spread(of('peakMb')) },
    { what: '  of which a task, bytes', value: short(((full.median - empty.median) * 2 ** 20) / tasks) },
    { what: '  requests and results put, a second', value: short((2 * tasks) / of('seconds').median) },
  ];
}
