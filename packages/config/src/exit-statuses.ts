// Exit statuses of all commands: help and documents are made from this table.

export const exitStatuses = {
  0: 'well, also after Ctrl-C',
  1: 'failed: what and why is said on stderr, with what to do',
  2: 'no such option or command',
  10: 'a cluster runs already in this profile with this id',
  11: 'no such cluster',
  255: 'the controller refuses to register the engine',
} as const satisfies Readonly<Record<number, string>>;

export type ExitStatus = keyof typeof exitStatuses;

/** Of every command, and `more`. */
export const exitStatusPairs = (more: readonly ExitStatus[] = []): [status: string, meaning: string][] =>
  ([0, 1, 2, ...more] as const).map((status) => [String(status), exitStatuses[status]]);
