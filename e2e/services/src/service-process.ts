// One service as a process: started, killed, stopped and started again.
import { join } from 'node:path';
import type { Exit, Program } from '@muster/testkit';
import { startProgram, until } from '@muster/testkit';

export type Environment = Readonly<Record<string, string | undefined>>;

export const serviceNames = ['hub', 'task-scheduler', 'relay', 'heartmonitor', 'launcher-operator'] as const;
export type ServiceName = (typeof serviceNames)[number];

/** The argv of one of our commands, as installed in the checkout. */
export const ourCommand = (name: 'ipcontroller' | 'ipengine' | 'muster'): string[] => [
  process.execPath,
  join(import.meta.dirname, `../../../packages/cli/bin/${name}.js`),
];

export interface ServiceProcess {
  readonly name: ServiceName;
  readonly program: Program;
  /** Starts it (again), without waiting. */
  start(): Promise<void>;
  /** As a crash; what it has started goes on. */
  kill(): Promise<void>;
  /** By SIGTERM; resolves to how it ended. */
  stop(): Promise<Exit>;
  /** Ends it and all that it has started, also in earlier lives. */
  clear(): Promise<void>;
  /** Status and text of a path of its HTTP server; undefined when nobody answers. */
  ask(path: '/livez' | '/readyz' | '/metrics'): Promise<string | undefined>;
  ready(): Promise<unknown>;
  /** A figure of /metrics, by its name and labels as they stand there. */
  figure(name: string): Promise<number>;
}

export function createServiceProcess(name: ServiceName, args: readonly string[], env: Environment): ServiceProcess {
  const programs: Program[] = [];
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
      programs.push(program);
    },
    async kill() {
      process.kill(program.pid, 'SIGKILL');
      await program.exited;
    },
    async stop() {
      process.kill(program.pid, 'SIGTERM');
      return program.exited;
    },
    async clear() {
      await Promise.all(programs.map((one) => one.stop()));
    },
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
