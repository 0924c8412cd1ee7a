// The figures to reach, and whether they are. Pure.
import type { Figure } from '../figures.ts';
import { short } from '../figures.ts';

export type GoalName =
  | 'task64'
  | 'task4'
  | 'direct'
  | 'directAnswered'
  | 'sqlite'
  | 'taskCpu'
  | 'directCpu'
  | 'taskLatency'
  | 'directLatency'
  | 'coalesced'
  | 'python'
  | 'memoryAtStart'
  | 'memoryAfter'
  | 'push'
  | 'thousand'
  | 'lost';

export interface Goal {
  readonly line: string;
  readonly unit: '×' | 'µs' | 'MB' | 's' | '';
  readonly must: number;
  readonly aim: number;
  readonly better: 'more' | 'less';
}

const times = (line: string, must: number, aim: number, better: 'more' | 'less' = 'more'): Goal => ({
  line,
  unit: '×',
  must,
  aim,
  better,
});
const most = (line: string, unit: Goal['unit'], must: number, aim: number): Goal => ({
  line,
  unit,
  must,
  aim,
  better: 'less',
});

export const goals: Readonly<Record<GoalName, Goal>> = {
  task64: times('tasks settled, 64 engines, memory store, against ipyparallel with DictDB', 8, 12),
  task4: times('tasks settled, 4 engines, memory store, against ipyparallel with DictDB', 6, 9),
  direct: times('direct requests settled, 4 engines, against ipyparallel', 7, 12),
  directAnswered: times('direct requests answered, 4 engines, against ipyparallel (its relay is C)', 1, 1.3),
  sqlite: times('tasks settled, 4 engines, SQLite store, against ipyparallel with SQLite', 6, 10),
  taskCpu: most('processor time of the controller for a task, 64 engines', 'µs', 110, 70),
  directCpu: most('processor time of the controller for a direct request, 4 engines', 'µs', 55, 35),
  taskLatency: times('latency of a task, median, against ipyparallel', 0.45, 0.33, 'less'),
  directLatency: times('latency of a direct request, median, against ipyparallel', 1.1, 1, 'less'),
  coalesced: times('coalesced broadcast to 64 engines, times faster than ipyparallel', 4, 8),
  python: times('stock Python client and engines, tasks a second, against ipyparallel', 1.35, 1.5),
  memoryAtStart: most('memory of the controller at start', 'MB', 100, 70),
  memoryAfter: most('memory of the controller after 50,000 tasks, 1,024 records kept', 'MB', 150, 100),
  push: times('100 MB pushed through the controller, speed against a C zmq_proxy', 0.6, 0.9),
  thousand: most('1,000 fake engines until all are registered', 's', 15, 8),
  lost: most('engines lost of 1,000 under load', '', 0, 0),
};

export type Verdict = 'reached aim' | 'reached must' | 'missed' | 'not measured';

export function verdictOf({ must, aim, better }: Goal, measured: Figure | undefined): Verdict {
  if (measured === undefined) return 'not measured';
  const reaches = (bar: number): boolean => (better === 'more' ? measured.median >= bar : measured.median <= bar);
  if (reaches(aim)) return 'reached aim';
  return reaches(must) ? 'reached must' : 'missed';
}

/** As `8 ×`. */
export const barText = (bar: number, unit: Goal['unit']): string => `${short(bar)}${unit === '' ? '' : ` ${unit}`}`;
