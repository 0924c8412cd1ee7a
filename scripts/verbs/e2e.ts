// npm run e2e -- SUITE [args]: runs an end-to-end suite; without a name, says which there are. Closes with the plain line of
// counts. E2E_PROVISION=1 installs the real parts that the suite needs.
import { formatCounts, judge } from '../counts.ts';
import { runSuite, suites, titlesOf } from '../suites.ts';

const [name, ...args] = process.argv.slice(2);
if (name === undefined || !(name in suites)) {
  if (name !== undefined) console.error(`There is no suite '${name}'.`);
  console.log('npm run e2e -- SUITE, with E2E_PROVISION=1 to install what it needs. The suites:');
  for (const [known, suite] of Object.entries(suites))
    console.log(`  ${known.padEnd(12)} ${suite.about}; needs ${titlesOf(suite)}`);
  process.exitCode = name === undefined ? 0 : 2;
} else {
  const text = explain(name, args);
  if (text !== undefined) console.log(text);
  else await run(name, args);
}

/** Help, or what is wrong with the arguments; undefined when the suite can be run. */
function explain(suite: string, given: readonly string[]): string | undefined {
  try {
    return suites[suite]!.explain?.(given);
  } catch (error) {
    process.exitCode = 2;
    return `${(error as Error).message}\nnpm run e2e -- ${suite} --help says what there is.`;
  }
}

async function run(suite: string, given: readonly string[]): Promise<void> {
  const result = await runSuite(suite, given);
  const { counts, why } = judge(result.counts, result.exitCode);
  if (why !== undefined) console.log(`${suite} ${why}`);
  console.log(formatCounts(counts));
  process.exitCode = counts.failed > 0 ? 1 : 0;
}
