// npm run e2e -- transport --fuzz [N] [--seed S] [--only I]: N inputs (default a million) for the parser of the zmtp transport.
// The same seed gives the same inputs; --only runs the I-th of them alone. Closes with a plain line of counts: properties.
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { properties } from './properties.ts';
import { createRandom } from './random.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string' }, only: { type: 'string' } },
});
const wanted = Number(positionals[0] ?? 1_000_000);
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const only = values.only === undefined ? undefined : Number(values.only);
if (!Number.isSafeInteger(wanted) || wanted < 1 || !Number.isSafeInteger(seed)) {
  console.error('Give the number of inputs and the seed as whole numbers: --fuzz 5000000 --seed 7');
  process.exit(2);
}
/** What is held may grow by so much from a quarter of the run to its end. */
const mostGrowth = 30 * 2 ** 20;
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
function heldBytes(): number {
  // What the first frees the second forgets.
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
// Where an error was made is not told here, and costs more than all the rest.
Error.stackTraceLimit = only === undefined ? 0 : 20;

// Shuffled shares, so that all kinds are mixed throughout.
const wheel = properties.flatMap((property) => Array.from({ length: property.share }, () => property));
const runs = new Map(properties.map((property) => [property, 0]));
const failures = new Map<(typeof properties)[number], string>();
let tried = 0;

function runOne(index: number): void {
  const random = createRandom(seed * 2_654_435 + index);
  const property = random.pick(wheel);
  runs.set(property, runs.get(property)! + 1);
  if (failures.has(property)) return;
  try {
    property.check(random);
  } catch (error) {
    failures.set(property, `input ${index} (--seed ${seed} --only ${index}): ${(error as Error).stack}`);
  }
  tried++;
}

console.log(`${only === undefined ? `${wanted} inputs` : `input ${only}`}, seed ${seed}`);
const begin = performance.now();
let settled = 0;
if (only !== undefined) runOne(only);
else
  for (let index = 0; index < wanted; index++) {
    runOne(index);
    if (index === Math.floor(wanted / 4)) settled = heldBytes();
    if (index > 0 && index % 500_000 === 0) console.log(`  ${index} …`);
  }
const seconds = (performance.now() - begin) / 1000;
const growth = only === undefined ? heldBytes() - settled : 0;
for (const [property, count] of runs)
  console.log(`  ${String(count).padStart(9)}  ${property.name}${failures.has(property) ? '  FAILED' : ''}`);
for (const message of failures.values()) console.log(message);
const isLarge = growth > mostGrowth;
console.log(
  `${tried} inputs in ${seconds.toFixed(1)} s, grown by ${(growth / 2 ** 20).toFixed(1)} MB${isLarge ? ', which is too much' : ''}`,
);
const unused = [...runs.values()].filter((count) => count === 0).length;
const failed = failures.size + (isLarge ? 1 : 0);
console.log(
  `${properties.length + 1 - failed - unused} passed, ${failed} failed, ${only === undefined ? unused : 0} skipped`,
);
process.exitCode = failed > 0 ? 1 : 0;
