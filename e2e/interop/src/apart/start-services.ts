// The services of one cluster, each a process of its own, as a person would start them.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { ControllerValues } from '@muster/controller';
import { until } from '@muster/testkit';

const muster = join(import.meta.dirname, '../../../../packages/cli/bin/muster.js');
const names = ['hub', 'task-scheduler', 'relay', 'heartmonitor'] as const;
type ServiceName = (typeof names)[number];

export interface Services {
  /** Resolves when all can be used; rejects when one has ended before. */
  ready(): Promise<void>;
  /** Resolves to the first that has ended by itself. */
  readonly firstEnd: Promise<string>;
  /** Ends all of them, those that do not want to by force. */
  stop(): Promise<void>;
}

/** What of the controller's settings each service is to know. */
function argumentsOf(name: ServiceName, values: ControllerValues): string[] {
  const heartbeat = [`--ping=${values.heartbeatPeriodMs}`];
  const own: Record<ServiceName, readonly string[]> = {
    hub: [...heartbeat, `--registration-timeout=${values.registrationTimeoutS}`],
    'task-scheduler': [`--scheme=${values.scheme}`, `--hwm=${values.hwm}`],
    relay: [],
    heartmonitor: [...heartbeat, `--max-misses=${values.maxMisses}`],
  };
  return [...own[name], `--log-level=${values.logLevel}`, '--linger=0', '--http=127.0.0.1:0'];
}

/** How long a service has to end before it is killed; the suite gives the whole controller three seconds. */
const graceMs = 2000;

export function startServices(values: ControllerValues, env: NodeJS.ProcessEnv): Services {
  const running = names.map((name) => startService(name, argumentsOf(name, values), env));
  return {
    firstEnd: Promise.race(running.map(({ ended }) => ended)),
    async ready() {
      await Promise.all(running.map((service) => service.ready()));
    },
    async stop() {
      await Promise.all(running.map((service) => service.stop()));
    },
  };
}

function startService(name: ServiceName, args: readonly string[], env: NodeJS.ProcessEnv) {
  const child: ChildProcess = spawn(process.execPath, [muster, 'service', name, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (text: string) => {
      if (said.length < 100_000) said += text;
      process.stderr.write(text);
    });
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(`${name} could not be started: ${error.message}`));
    child.on('exit', (code, signal) => resolve(`${name} ended (${signal ?? code})`));
  });
  let end: string | undefined;
  void ended.then((how) => {
    end = how;
  });
  const isReady = async (): Promise<boolean> => {
    const [, url] = /health and metrics are served url=(\S+)/.exec(said) ?? [];
    return url !== undefined && (await fetch(`${url}/readyz`)).ok;
  };
  return {
    ended,
    /** An end before it is ready rejects, at once. */
    async ready() {
      await until(async () => end !== undefined || (await isReady()), { what: `${name} is ready`, timeoutMs: 60_000 });
      if (end !== undefined) throw new Error(end);
    },
    async stop() {
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      child.kill('SIGTERM');
      await ended;
      clearTimeout(timer);
    },
  };
}
