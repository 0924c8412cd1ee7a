// npm run e2e -- wire [--rows] [GROUP…]: speaks each message of the wire to Python's controller and to ours, and compares.
// Closes with a line `N passed, N failed, N skipped`. With --rows, unexplained differences are shown as rows of the table.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseExplanations } from './compare/explanations.ts';
import { playGroup } from './play.ts';
import { judgeRun, printGroup, printReasons } from './report.ts';
import { groups } from './scenarios/index.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { rows: { type: 'boolean' } } });
const table = join(import.meta.dirname, '../../interop/wire-differences.md');
const explanations = parseExplanations(readFileSync(table, 'utf8'));
const chosen = groups.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
if (chosen.length === 0) throw new Error(`Groups are: ${groups.map(({ name }) => name).join(', ')}`);

// Several at a time: most of a group's time is waiting.
const waiting = [...chosen];
const judge = judgeRun(explanations);
async function playOn(): Promise<void> {
  for (let group = waiting.shift(); group !== undefined; group = waiting.shift())
    printGroup(judge.add(await playGroup(group)), values.rows === true);
}
await Promise.all([playOn(), playOn(), playOn(), playOn()]);
const { passed, failed } = printReasons(judge, positionals.length === 0);
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed > 0 ? 1 : 0;
