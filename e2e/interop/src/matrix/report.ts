// What a run tells at its end.
import type { Change } from '../outcomes.ts';
import { moduleOf } from '../outcomes.ts';
import type { Values } from './settings.ts';
import { tableOf, wallTimeOf } from './table.ts';
import type { Seen, Verdict } from './verdict.ts';

const describe = ({ curve, transport, services, store, hwm, scheme }: Values): string =>
  [
    ...(curve === 'off' ? [] : [curve === 'on' ? 'CurveZMQ' : 'strict CurveZMQ']),
    transport,
    `services ${services}`,
    `records: ${store}`,
    `hwm ${hwm}`,
    scheme,
  ].join(', ');

const list = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`  ${title}: ${lines.length}`, ...lines.map((line) => `    ${line}`)];

const changeText = ({ test, before, now }: Change): string => `${test} (${before} → ${now})`;
const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

/** The lines of one setting. */
export function reportOf(seen: Seen, verdict: Verdict): string[] {
  const { setting } = seen.row;
  const { worse, better, explained, second, unjudged } = verdict;
  const wallTime = wallTimeOf(seen);
  return [
    '',
    `${setting.name}: ${describe(setting.values)}`,
    ...tableOf(seen),
    ...(wallTime === undefined ? [] : [`  ${wallTime}`]),
    ...worse.flatMap(({ test }) => (seen.details.has(test) ? [`  ---- ${test}`, seen.details.get(test)!] : [])),
    ...list("pass with Python's own controller and not with ours", worse.map(changeText)),
    ...list(
      'are meant not to pass with ours',
      explained.map((change) => `${changeText(change)}: ${change.why}`),
    ),
    ...list(
      'are left out with both',
      Object.entries(setting.leftOut ?? {})
        .filter(([test]) => seen.row.modules.includes(moduleOf(test)))
        .map(([test, why]) => `${test}: ${why}`),
    ),
    ...list(
      'passed at the second try',
      second.map(({ test, firstFailure }) => `${test}: ${lastLine(firstFailure)}`),
    ),
    ...list("better than with Python's own", better.map(changeText)),
    ...(unjudged.length === 0 ? [] : [`  pass neither here nor there, so say nothing: ${unjudged.length}`]),
    ...list(
      'of these, fail with ours',
      unjudged.filter(({ now }) => now === 'failed' || now === 'error').map(changeText),
    ),
  ];
}
