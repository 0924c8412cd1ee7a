// Reads what the scripts of launch folders say. Lines that are not theirs are passed over.
import type { EngineHandle, EngineLaunchStatus, EngineState, EngineStatus } from '../engine-launcher.ts';

/** What is known about one launch of a site. */
export interface Report {
  readonly state: 'absent' | 'starting' | 'running' | 'ended' | 'lost' | 'interrupted';
  /** Exit status of its program, as the shell tells it. */
  readonly exit: number | undefined;
  /** By rank, the last that it said of itself; undefined for its exit status while it runs. */
  readonly ranks: ReadonlyMap<number, number | undefined>;
  readonly logTail: string;
}

export interface Said {
  readonly reports: ReadonlyMap<string, Report>;
  /** The script came to its end. */
  readonly done: boolean;
  /** Lines that are none of these, e.g. `started`; of `qstat` what stood behind it as it was. */
  readonly others: readonly string[];
  /** Why it could not do what it was to. */
  readonly failed: string | undefined;
}

const states = ['absent', 'starting', 'running', 'ended', 'lost', 'interrupted'] as const;
const maxTailChars = 2000;

interface Draft {
  state: Report['state'];
  exit: number | undefined;
  ranks: Map<number, number | undefined>;
  log: string[];
}

export function parseReport(stdout: string): Said {
  const drafts = new Map<string, Draft>();
  const others: string[] = [];
  let failed: string | undefined;
  for (const line of stdout.split('\n')) {
    if (!line.startsWith('@muster ')) continue;
    const [word = '', id = '', ...rest] = line.slice('@muster '.length).split(' ');
    if (word === 'failed') failed = [id, ...rest].join(' ');
    else if (word === 'launch') drafts.set(id, draftOf(rest));
    else if (word === 'rank') addRank(drafts.get(id), rest);
    else if (word === 'log') drafts.get(id)?.log.push(rest.join(' '));
    else others.push(line.slice('@muster '.length));
  }
  const reports = new Map<string, Report>();
  for (const [id, { log, ...draft }] of drafts) reports.set(id, { ...draft, logTail: tailOf(log) });
  return { reports, done: others.includes('done'), others, failed };
}

function draftOf([state, exit]: readonly string[]): Draft {
  const known = states.find((name) => name === state) ?? 'lost';
  return { state: known, exit: numberIn(exit), ranks: new Map(), log: [] };
}

/** Words of `@rank INDEX started` or `@rank INDEX ended STATUS`. */
function addRank(draft: Draft | undefined, [, index, what, exit]: readonly string[]): void {
  const rank = numberIn(index);
  if (draft !== undefined && rank !== undefined)
    draft.ranks.set(rank, what === 'ended' ? (numberIn(exit) ?? 0) : undefined);
}

const numberIn = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;

const tailOf = (lines: readonly string[]): string =>
  lines
    .join('\n')
    .replace(/\n{2,}/g, '\n')
    .trim()
    .slice(-maxTailChars);

/** For people. The shell tells a signal as 128 and its number. */
export const exitText = (exit: number): string => {
  const signals: Record<number, string> = {
    1: 'SIGHUP',
    2: 'SIGINT',
    6: 'SIGABRT',
    9: 'SIGKILL',
    11: 'SIGSEGV',
    15: 'SIGTERM',
  };
  const signal = exit > 128 ? signals[exit - 128] : undefined;
  if (exit === 127) return 'status 127 (its program was not found)';
  if (exit === 126) return 'status 126 (its program cannot be run)';
  return signal === undefined ? `status ${exit}` : signal;
};

const wholeReasons: Record<Report['state'], string> = {
  absent: '',
  starting: '',
  running: '',
  ended: '',
  lost: 'it is gone without a note: killed, or the machine was started anew',
  interrupted: 'its start was interrupted',
};

const engineStates: Record<Report['state'], EngineState> = {
  absent: 'absent',
  starting: 'starting',
  running: 'running',
  ended: 'ended',
  lost: 'ended',
  interrupted: 'ended',
};

/** The status of a launch whose ranks, if it has any, tell of themselves. */
export function statusOf({ n }: EngineHandle, report: Report, hasRanks: boolean): EngineLaunchStatus {
  const whole = report.exit === undefined ? wholeReasons[report.state] : exitText(report.exit);
  const ofEngine = (index: number): EngineStatus => {
    const ended = report.ranks.get(index);
    if (ended !== undefined) return { state: 'ended', reason: exitText(ended) };
    if (hasRanks && report.state === 'running' && !report.ranks.has(index)) return { state: 'starting', reason: '' };
    return { state: engineStates[report.state], reason: whole };
  };
  return { engines: Array.from({ length: n }, (_, index) => ofEngine(index)), reason: '', logTail: report.logTail };
}

/** All engines in one state. */
export const uniformStatus = ({ n }: EngineHandle, state: EngineState, reason: string): EngineLaunchStatus => ({
  engines: Array.from({ length: n }, () => ({ state, reason: '' })),
  reason,
  logTail: '',
});
