// What the run says: a line a scenario, the reasons that explain, and what nobody explains.
import type { Difference } from './compare/compare.ts';
import type { Explanation } from './compare/explanations.ts';
import { explains, formatRow } from './compare/explanations.ts';
import type { Played } from './play.ts';

interface Judged extends Played {
  readonly explained: number;
  readonly unexplained: readonly Difference[];
}

export interface Judge {
  readonly judged: Judged[];
  /** Explanation → how many differences it explained. */
  readonly used: Map<Explanation, number>;
  add(played: readonly Played[]): Judged[];
}

export function judgeRun(explanations: readonly Explanation[]): Judge {
  const judged: Judged[] = [];
  const used = new Map(explanations.map((explanation) => [explanation, 0]));
  return {
    judged,
    used,
    add(played) {
      const added = played.map((scenario): Judged => {
        const unexplained = scenario.differences.filter((difference) => {
          const found = explanations.find((explanation) => explains(explanation, difference));
          if (found !== undefined) used.set(found, used.get(found)! + 1);
          return found === undefined;
        });
        return { ...scenario, unexplained, explained: scenario.differences.length - unexplained.length };
      });
      judged.push(...added);
      return added;
    },
  };
}

const messagesIn = (differences: readonly Difference[]): number =>
  new Set(differences.map(({ message }) => message)).size;

export function printGroup(scenarios: readonly Judged[], asRows: boolean): void {
  for (const { scenario, count, differences, explained, unexplained, endedEarly } of scenarios) {
    const said = [
      `${String(count).padStart(3)} messages`,
      `${count - messagesIn(differences)} same`,
      ...(explained > 0 ? [`${explained} differences explained`] : []),
      ...(unexplained.length > 0 ? [`${unexplained.length} UNEXPLAINED`] : []),
      ...(endedEarly ? ['ENDED EARLY'] : []),
    ];
    console.log(`  ${scenario.padEnd(62)} ${said.join(', ')}`);
    for (const difference of unexplained) console.log(asRows ? formatRow(difference) : `      ${describe(difference)}`);
  }
}

const describe = ({ message, at, theirs, ours }: Difference): string =>
  `${message}, ${at}: Python's controller ${theirs}; ours ${ours}`;

/** Prints the reasons and gives the counts. `whole`: every explanation must have been of use. */
export function printReasons({ judged, used }: Judge, whole: boolean): { passed: number; failed: number } {
  const reasons = new Map<string, number>();
  for (const [{ title, why }, count] of used) {
    const reason = `${title}: ${why}`;
    if (count > 0) reasons.set(reason, (reasons.get(reason) ?? 0) + count);
  }
  console.log(`\n  Differences that have a reason (e2e/interop/wire-differences.md):`);
  for (const [reason, count] of reasons) console.log(`  ${String(count).padStart(4)}  ${reason}`);
  const idle = whole ? [...used].filter(([, count]) => count === 0).map(([explanation]) => explanation) : [];
  for (const { line, row } of idle) console.log(`  UNUSED, line ${line}: ${formatRow(row)}`);
  const failing = judged.reduce((sum, { unexplained }) => sum + messagesIn(unexplained), 0);
  const early = judged.filter(({ endedEarly }) => endedEarly).length;
  const all = judged.reduce((sum, { count }) => sum + count, 0);
  return { passed: all - failing, failed: failing + early + idle.length };
}
