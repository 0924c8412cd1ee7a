/** Tells people what is going on: one line a phase, with the seconds since the work began. */
export type Progress = (phase: string) => void;

export function startProgress(title: string, print: (line: string) => void = console.log): Progress {
  const begin = performance.now();
  return (phase) => print(`  provision ${title}: ${phase} (${((performance.now() - begin) / 1000).toFixed(1)} s)`);
}
