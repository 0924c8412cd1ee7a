// Which jobs a run consists of, and in which order they are done.
import { groupModules, moduleNames, secondsOf } from './modules.ts';
import type { Setting, Side } from './settings.ts';

/** A part of the suite in one setting with one controller. */
export interface Job {
  readonly setting: Setting;
  readonly side: Side;
  readonly modules: readonly string[];
}

/** One setting as it is run this time. */
export interface Row {
  readonly setting: Setting;
  readonly modules: readonly string[];
  readonly sides: readonly Side[];
}

/** The modules that are asked for, of those that the setting has; those of the setting when none is. */
export const modulesOf = (setting: Setting, asked: readonly string[]): readonly string[] =>
  asked.length > 0 ? asked : (setting.modules ?? moduleNames);

/** Longest first, so that no long one is left at the end; of equals both sides one after the other, so that they share its load. */
export function planJobs(rows: readonly Row[]): Job[] {
  const jobs = rows.flatMap(({ setting, modules, sides }) =>
    groupModules(modules).flatMap((group) => sides.map((side): Job => ({ setting, side, modules: group }))),
  );
  return jobs.toSorted((a, b) => secondsOf(b.modules) - secondsOf(a.modules));
}

export const jobName = ({ setting, side, modules }: Job): string =>
  `${setting.name}, ${side}: ${modules.length > 2 ? `${modules[0]} and ${modules.length - 1} more` : modules.join(', ')}`;
