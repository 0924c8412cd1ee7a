// ipyparallel's own test-suite against our controller: every test that passes with Python's own must pass with ours.
//   node src/peer.ts [--curve] [--python-controller] [--record FILE] [MODULE…] [-- pytest arguments]
// Closes with a line `N passed, N failed, N skipped`.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { find, pythonIn } from '@muster/provision';
import { createLiveLine } from './live-line.ts';
import type { Change, Comparison } from './outcomes.ts';
import { compare, moduleOf, parseBaseline } from './outcomes.ts';
import type { PeerResult, Report } from './peer-suite.ts';
import { runPeerSuite } from './peer-suite.ts';

const root = join(import.meta.dirname, '../../..');
const minutes = 60_000;
/** What an encrypted run is limited to: the exams of hub, task scheduler and broadcast. */
const curveModules = ['test_client', 'test_lbview', 'test_view_broadcast'];

const end = process.argv.indexOf('--');
const { values, positionals } = parseArgs({
  args: process.argv.slice(2, end < 0 ? undefined : end),
  allowPositionals: true,
  options: {
    curve: { type: 'boolean', default: false },
    'python-controller': { type: 'boolean', default: false },
    record: { type: 'string' },
  },
});
const pytestArguments = end < 0 ? [] : process.argv.slice(end + 1);
const modules = positionals.length > 0 || !values.curve ? positionals : curveModules;
const label = values.curve ? 'peer-curve' : 'peer';

const found = await find('ipyparallel');
if (!found.present) {
  console.log(`${found.title} is missing (${found.why}). Install it by: E2E_PROVISION=1 npm run e2e -- ${label}`);
  console.log('0 passed, 0 failed, 1 skipped');
  process.exit(0);
}
const controllerFile = join(root, 'packages/cli/bin/ipcontroller.js');
if (!values['python-controller'] && !existsSync(controllerFile)) {
  console.log(`There is no controller to test: ${controllerFile} does not exist.\n0 passed, 1 failed, 0 skipped`);
  process.exit(1);
}

const begin = performance.now();
const result = await runPeerSuite({
  python: pythonIn(found.folder),
  controller: values['python-controller'] ? undefined : [process.execPath, controllerFile],
  modules,
  pytestArguments,
  env: values.curve ? { IPP_ENABLE_CURVE: '1' } : {},
  timeoutMs: 25 * minutes,
  onReport: showProgress(),
});
mkdirSync(join(root, 'logs'), { recursive: true });
const log = join(root, `logs/${label}.log`);
writeFileSync(log, result.output);
if (values.record) {
  const lines = [...result.outcomes].map(([test, outcome]) => `${outcome} ${test}\n`);
  writeFileSync(values.record, lines.join(''));
}
const baseline = parseBaseline(readFileSync(join(import.meta.dirname, '../baseline.txt'), 'utf8'));
// With arguments for pytest the selection is its own: then nothing counts as missing.
const expected = (test: string): boolean =>
  pytestArguments.length === 0 && (modules.length === 0 || modules.includes(moduleOf(test)));
conclude(compare(baseline, result.outcomes, expected), result);

function showProgress(): (line: Report) => void {
  const live = createLiveLine();
  let collected = 0;
  let done = 0;
  let notPassed = 0;
  return (line) => {
    if ('collected' in line) collected = line.collected;
    if ('test' in line) {
      done++;
      if (line.outcome === 'failed' || line.outcome === 'error') {
        notPassed++;
        live.clear();
        console.log(`  ${line.outcome} ${line.test} (${line.seconds.toFixed(1)} s)`);
      }
    }
    const seconds = Math.round((performance.now() - begin) / 1000);
    const at = 'begins' in line ? `, at ${line.begins}` : '';
    live.show(`  ${done}/${collected} tests, ${notPassed} failed, ${seconds} s${at}`);
    if (done === collected) live.clear();
  };
}

function conclude(
  { passed, worse, better, unjudged }: Comparison,
  { starts, timedOut, exitCode, details }: PeerResult,
) {
  const list = (title: string, changes: readonly Change[]): void => {
    if (changes.length === 0) return;
    console.log(`  ${title}: ${changes.length}`);
    for (const { test, before, now } of changes) console.log(`    ${test} (${before} → ${now})`);
  };
  for (const { test } of worse) if (details.has(test)) console.log(`  ---- ${test}\n${details.get(test)}`);
  list("pass with Python's own controller and not with ours", worse);
  list('better than with Python’s own', better);
  console.log(`  pass neither here nor with Python's own, so say nothing: ${unjudged.length}`);
  const faults: string[] = [];
  if (timedOut) faults.push('the suite did not end in time');
  else if (exitCode !== 0 && exitCode !== 1) faults.push(`pytest ended with status ${exitCode}`);
  if (!values['python-controller'] && starts === 0) faults.push('our controller was never started');
  if (passed + worse.length === 0) faults.push('no test ran');
  for (const fault of faults) console.log(`  FAULT: ${fault}; see ${log}`);
  const seconds = Math.round((performance.now() - begin) / 1000);
  const whose = values['python-controller'] ? "Python's own controller" : 'our controller';
  console.log(`  ${label}: ${whose}, ${starts} controllers replaced, ${seconds} s, log in ${log}`);
  const failed = worse.length + faults.length;
  console.log(`${passed} passed, ${failed} failed, 0 skipped`);
  process.exitCode = failed > 0 ? 1 : 0;
}
