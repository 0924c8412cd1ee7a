// ipyparallel's own test-suite against our controller, in every setting: what passes with Python's own must pass with ours.
//   node src/matrix/main.ts [options] [MODULE…] [-- arguments for pytest]     see arguments.ts
// Closes with a line `N passed, N failed, N skipped`.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { find, pythonIn } from '@muster/provision';
import type { MatrixOptions } from './arguments.ts';
import { parseArguments } from './arguments.ts';
import type { Row } from './jobs.ts';
import { modulesOf } from './jobs.ts';
import { pythonVersions, writeRecording } from './recording.ts';
import { reportOf } from './report.ts';
import { baselineFile } from './results.ts';
import type { Run } from './run-matrix.ts';
import { runMatrix } from './run-matrix.ts';
import { judgeSetting } from './verdict.ts';

const logFolder = join(import.meta.dirname, '../../../../logs/interop');

const asked = parseArguments(process.argv.slice(2));
if (asked.help || asked.matrix === undefined) throw new Error('This part of the suite was not asked for.');
const options = asked.matrix;
const found = await find('ipyparallel');
if (!found.present) throw new Error(`${found.title} is missing: E2E_PROVISION=1 npm run e2e -- interop installs it`);
const python = pythonIn(found.folder);

const begin = performance.now();
const rows = options.settings.map((setting) => rowOf(setting, options));
const run = await runMatrix(rows, { ...options, python, logFolder });
if (options.record) await record(run);
else conclude(run);

function rowOf(setting: Row['setting'], { modules, beside, record }: MatrixOptions): Row {
  const isBeside = beside || setting.beside || !existsSync(baselineFile(setting));
  return {
    setting,
    modules: modulesOf(setting, modules),
    sides: record ? ['python'] : isBeside ? ['python', 'ours'] : ['ours'],
  };
}

function conclude({ seen, faults }: Run): void {
  const isSelection = options.pytestArguments.length > 0;
  let passed = 0;
  let failed = faults.length;
  for (const one of seen) {
    const verdict = judgeSetting(one, isSelection);
    for (const line of reportOf(one, verdict)) console.log(line);
    passed += verdict.passed;
    failed += verdict.worse.length;
  }
  for (const fault of faults) console.log(`  FAULT: ${fault}`);
  const seconds = Math.round((performance.now() - begin) / 1000);
  console.log(`\nmatrix: ${rows.length} settings, ${options.width} jobs at a time, ${seconds} s, logs in ${logFolder}`);
  console.log(`${passed} passed, ${failed} failed, 0 skipped`);
  process.exitCode = failed > 0 ? 1 : 0;
}

async function record({ seen, faults }: Run): Promise<void> {
  for (const fault of faults) console.log(`  FAULT: ${fault}`);
  for (const { row, python: results } of seen)
    console.log(`wrote ${await writeRecording(row, await pythonVersions(python), results)}`);
  const tests = seen.reduce((sum, { python: results }) => sum + results.size, 0);
  console.log(`${tests} passed, ${faults.length} failed, 0 skipped`);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
