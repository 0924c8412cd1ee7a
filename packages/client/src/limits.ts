/** What a client allows, with defaults. */
export interface ClientLimits {
  /** How long controller and engines may take to answer a question (not a task). */
  readonly askTimeoutMs: number;
  /** With requests open: after so much silence the controller is asked whether it is there. */
  readonly probeMs: number;
  /** With requests open: after so much silence they fail. */
  readonly goneMs: number;
  /** How long after the answer of a task the end of its output may take. */
  readonly outputGraceMs: number;
  /** Characters of stdout and stderr that are kept of one task. */
  readonly maxOutputBytes: number;
  /** Tasks without an answer. */
  readonly maxOpenTasks: number;
}

export const defaultLimits: ClientLimits = {
  askTimeoutMs: 10_000,
  probeMs: 10_000,
  goneMs: 30_000,
  outputGraceMs: 5_000,
  maxOutputBytes: 64 * 1024 * 1024,
  maxOpenTasks: 1_000_000,
};
