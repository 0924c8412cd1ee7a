// One service as a process: started, killed, stopped and started again.
import { join } from 'node:path';
import type { Exit, Program } from '@muster/testkit';
import { startProgram, until } from '@muster/testkit';

export type Environment = Readonly<Record<string, string | undefined>>;

export const serviceNames = ['hub', 'task-scheduler', 'relay', 'heartmonitor'] as const;
export type ServiceName = (typeof serviceNames)[number];

/** The argv of one of our commands, as installed in the checkout. */
export const ourCommand = (name: 'ipengine' | 'muster'): string[] => [
  process.execPath,
  join(import.meta.dirname, `../../../packages/cli/bin/${name}.js`),
];

export interface ServiceProcess {
  readonly name: ServiceName;
  readonly program: Program;
  /** Starts it (again), without waiting. */
  start(): Promise<void>;
  /** As a crash or the end of a machine. */
  kill(): Promise<void>;
  /** By a signal; resolves to how it ended, within `graceMs`. */
  stop(graceMs?: number): Promise<Exit>;
  /** Status and text of a path of its HTTP server; undefined when nobody answers. */
  ask(path: '/livez' | '/readyz' | '/metrics'): Promise<string | undefined>;
  ready(): Promise<unknown>;
  /** A figure of /metrics, by its name and labels as they stand there. */
  figure(name: string): Promise<number>;
}

export function createServiceProcess(name: ServiceName, args: readonly string[], env: Environment): ServiceProcess {
  let program: Program;
  const url = (): string | undefined => /health and metrics are served url=(\S+)/.exec(program.output)?.[1];
  async function ask(path: string): Promise<string | undefined> {
    const base = url();
    if (base === undefined) return undefined;
    const response = await fetch(`${base}${path}`).catch(() => undefined);
    return response && `${response.status} ${await response.text()}`;
  }
  return {
    name,
    get program() {
      return program;
    },
    async start() {
      const argv = [...ourCommand('muster'), 'service', name, '--http=127.0.0.1:0', ...args];
      program = await startProgram(argv, { env });
    },
    kill: async () => void (await program.stop({ signal: 'SIGKILL' })),
    stop: (graceMs = 15_000) => program.stop({ graceMs }),
    ask,
    ready: () =>
      until(
        async () => {
          if (program.exit !== undefined) throw new Error(`${name} ended:\n${program.output}`);
          return (await ask('/readyz'))?.startsWith('200');
        },
        { what: () => `${name} is ready. It said:\n${program.output}`, timeoutMs: 30_000 },
      ),
    async figure(wanted) {
      const line = (await ask('/metrics'))?.split('\n').find((text) => text.startsWith(`${wanted} `));
      if (line === undefined) throw new Error(`${name} has no figure ${wanted}`);
      return Number(line.split(' ').at(-1));
    },
  };
}
