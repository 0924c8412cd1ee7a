// What a person sees while a cluster starts: phases as lines, and on a terminal a count that moves.

/** A step of a cluster, for people and for programs. */
export interface ClusterProgress {
  readonly phase:
    | 'controller.starting'
    | 'controller.up'
    | 'engines.starting'
    | 'engines.registering'
    | 'ready'
    | 'stopping'
    | 'stopped';
  /** One line for people. */
  readonly text: string;
  /** How many of the engines that were started are registered, where that is counted. */
  readonly registered?: number;
  readonly wanted?: number;
  /** Since the start. */
  readonly elapsedMs: number;
}

export interface Progress {
  /** A line that stays. */
  say(line: string): void;
  /** On a terminal: a line that the next one replaces. */
  count(line: string): void;
}

export function createProgress(out: NodeJS.WriteStream, quiet: boolean): Progress {
  if (quiet) return { say() {}, count() {} };
  const terminal = out.isTTY === true;
  let shown = '';
  const clear = (): void => {
    if (shown !== '') out.write('\r\x1b[2K');
    shown = '';
  };
  return {
    say(line) {
      clear();
      out.write(`${line}\n`);
    },
    count(line) {
      if (!terminal || line === shown) return;
      clear();
      out.write(line);
      shown = line;
    },
  };
}

const passing: readonly ClusterProgress['phase'][] = ['controller.up', 'engines.starting', 'engines.registering'];

/** Shows the steps; those that pass are replaced by the next. */
export const showProgress =
  (progress: Progress) =>
  ({ phase, text }: ClusterProgress): void =>
    passing.includes(phase) ? progress.count(text) : progress.say(text);

/** `1.2 s`. */
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** `1 engine`, `4 engines`. */
export const countOf = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
