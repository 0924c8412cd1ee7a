// Launchers of ipcluster in tests: on a machine of the lab, or here.
import { join } from 'node:path';
import type { Machine } from '@muster/lab';
import type { Launcher, LauncherChoice, LaunchHandle, LaunchSpec, LaunchStatus } from '@muster/launchers';
import { until } from '@muster/testkit';
import { ourCommand } from './controller.ts';

const program = join(import.meta.dirname, 'launcher-call.ts');

/** The launcher as a program on that machine has it, which starts anew for each call. */
export function launcherOn(machine: Machine, choice: Omit<LauncherChoice, 'warn'>): Required<Omit<Launcher, 'slots'>> {
  const call = async (what: object): Promise<never> => {
    const input = JSON.stringify({ choice, ...what });
    const told = JSON.parse(await machine.must(`exec ${process.execPath} ${program}`, { input, timeoutMs: 90_000 }));
    if (told.error !== undefined) throw Object.assign(new Error(told.error.message), told.error);
    return told.answer as never;
  };
  return {
    submit: (submit) => call({ submit }),
    status: (status) => call({ status }),
    remove: (remove) => call({ remove }),
    logs: (logs) => call({ logs }),
    signal: (...signal) => call({ signal }),
  };
}

export interface Given {
  readonly profileDir: string;
  readonly n?: number;
  readonly args?: readonly string[];
  readonly clusterId?: string;
  readonly environment?: LaunchSpec['environment'];
}

/** What ipcluster would hand over for our engines. */
export const engineSpec = ({ profileDir, n = 1, args = [], clusterId = '', environment = {} }: Given): LaunchSpec => ({
  ...{ profileDir, n, clusterId, environment, delayMs: 0, numbered: true, workDir: '/' },
  command: [...(ourCommand('ipengine') as [string, string]), ...args],
  ...{ programWords: 2, programName: 'ipengine', identifier: `ipengine-${Date.now()}` },
});

/** The same for our controller. */
export const controllerSpec = (given: Given): LaunchSpec => ({
  ...engineSpec({ ...given, n: 1 }),
  command: [...(ourCommand('ipcontroller') as [string, string]), ...(given.args ?? [])],
  ...{ programName: 'ipcontroller', numbered: false, identifier: `ipcontroller-${Date.now()}` },
});

/** Waits for a status that `fits`. */
export async function untilStatus(
  launcher: Launcher,
  handle: LaunchHandle,
  fits: (status: LaunchStatus) => boolean,
  what: string,
): Promise<LaunchStatus> {
  let last: LaunchStatus | undefined;
  await until(
    async () => {
      last = await launcher.status(handle);
      return fits(last);
    },
    { what: () => `${what}; it is ${JSON.stringify(last)}`, timeoutMs: 40_000, everyMs: 200 },
  );
  return last!;
}
