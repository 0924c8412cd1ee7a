// The two kinds of engines, and what is asked of all launchers.
import { dirname } from 'node:path';
import type { EngineHandle, EngineLauncher, EngineProgram, EngineState } from '@muster/launchers';
import { find, pythonIn } from '@muster/provision';
import { until } from '@muster/testkit';
import { expect } from 'vitest';
import type { Controller } from './controller.ts';
import { checkout, ourCommand } from './controller.ts';

export const nodeEngine: EngineProgram = { kernel: 'node', command: ourCommand('ipengine') };

const part = await find('ipyparallel');
if (!part.present) throw new Error(`${part.title} is missing: E2E_PROVISION=1 npm run e2e -- launchers installs it`);
export const pythonEngine: EngineProgram = {
  kernel: 'python',
  command: [pythonIn(part.folder), '-m', 'ipyparallel.engine'],
  env: [{ name: 'PYTHONDONTWRITEBYTECODE', value: '1' }],
};

/** Where engines are installed: machines have to see them. */
export const installed = [checkout, dirname(process.execPath), part.folder];

/** Plans and submits, as the operator does. */
export async function launch<Spec, Handle extends EngineHandle>(
  launcher: EngineLauncher<Spec, Handle>,
  order: { readonly id: string; readonly n: number; readonly spec: Spec; readonly taken?: readonly EngineHandle[] },
  engine: EngineProgram,
  { connection }: Pick<Controller, 'connection'>,
): Promise<Handle> {
  const planned = launcher.plan(order, order.taken ?? []);
  const handle = JSON.parse(JSON.stringify(planned)) as Handle;
  await launcher.submit({ handle, spec: order.spec, engine, connection });
  return handle;
}

export const uuidsOf = ({ id, n }: EngineHandle): string[] => Array.from({ length: n }, (_, i) => `${id}-${i}`);

/** What an engine finds 6 × 7 to be, and on which machine. */
export async function compute({ client }: Controller, id: number, engine: EngineProgram): Promise<string> {
  const code =
    engine.kernel === 'python'
      ? 'import socket; print(socket.gethostname(), 6 * 7)'
      : `console.log((await import('node:os')).hostname(), 6 * 7)`;
  const result = client.view(id).execute(code);
  await result;
  return result.stdout.trim();
}

export async function expectStates<Handle extends EngineHandle>(
  launcher: EngineLauncher<unknown, Handle> | EngineLauncher<never, Handle>,
  handle: Handle,
  states: readonly EngineState[],
): Promise<void> {
  const ask = async (): Promise<EngineState[]> =>
    (await launcher.status([handle])).get(handle.id)!.engines.map(({ state }) => state);
  let last: readonly EngineState[] = [];
  await until(
    async () => {
      last = await ask();
      return last.join() === states.join();
    },
    { what: () => `${handle.id} is ${states}; it is ${last}`, timeoutMs: 20_000, everyMs: 100 },
  );
  expect(last).toEqual(states);
}
