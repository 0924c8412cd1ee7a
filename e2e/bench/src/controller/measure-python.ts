// Stock Python client and engines with a controller: how much of it people will feel.
import { join } from 'node:path';
import { runProgram, startProgram } from '@muster/testkit';
import type { Contender } from '../controllers/contender.ts';
import { startController } from '../controllers/contender.ts';

const engines = 2;
const warmUp = 200;
const script = join(import.meta.dirname, '../../python/stock_tasks.py');

/** Tasks a second through a controller; `python` has ipyparallel. */
export async function measurePython(contender: Contender, python: string, tasks: number): Promise<number> {
  await using running = await startController(contender, { store: 'memory' });
  const { env, engineFile, clientFile } = running;
  await using stack = new AsyncDisposableStack();
  const engine = [python, '-m', 'ipyparallel.engine', `--file=${engineFile}`, '--log-level=ERROR'];
  for (let n = 0; n < engines; n++) stack.use(await startProgram(engine, { env }));
  const argv = [python, script, clientFile, String(engines), String(warmUp), String(tasks)];
  const run = await runProgram(argv, { env, timeoutMs: 120_000 });
  if (run.code !== 0) throw new Error(`${argv.join(' ')} failed:\n${run.output}`);
  return Number(run.stdout);
}
