// A real controller on an address that machines reach, and a client of it.
import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@muster/client';
import { connect } from '@muster/client';
import { startProgram, temporaryFolder, until } from '@muster/testkit';

export interface Controller extends AsyncDisposable {
  readonly client: Client;
  /** Text of the engines' connection file. */
  readonly connection: string;
  /** Waits until these engines, and no others, are registered; resolves to their ids in the same order. */
  registered(uuids: readonly string[]): Promise<number[]>;
}

export const checkout = join(import.meta.dirname, '../../..');
export const ourCommand = (name: 'ipcontroller' | 'ipengine'): string[] => [
  process.execPath,
  join(checkout, `packages/cli/bin/${name}.js`),
];

/** Its profile is a folder of its own, unless there is one already. */
export async function startController(address: string, profile?: string): Promise<Controller> {
  await using cleanUp = new AsyncDisposableStack();
  const folder = cleanUp.use(await temporaryFolder('launchers'));
  const profileDir = profile ?? join(folder.path, 'profile');
  await mkdir(profileDir, { recursive: true });
  const where = [`--ip=${address}`, `--location=${address}`, `--profile-dir=${profileDir}`];
  const beats = ['--ping=250', '--HeartMonitor.max_heartmonitor_misses=8'];
  const program = cleanUp.use(await startProgram([...ourCommand('ipcontroller'), ...where, ...beats]));
  const file = join(profileDir, 'security/ipcontroller-engine.json');
  await until(() => existsSync(file) || program.exit, { what: () => `a connection file: ${program.output}` });
  const client = cleanUp.use(await connect({ profileDir }));
  const registered: Controller['registered'] = async (uuids) => {
    const wanted = uuids.toSorted().join();
    const present = (): string =>
      client.engines
        .map(({ uuid }) => uuid)
        .toSorted()
        .join();
    await until(() => present() === wanted, {
      what: () => `engines ${wanted}; there are: ${present()}`,
      timeoutMs: 40_000,
    });
    return uuids.map((uuid) => client.engines.find((engine) => engine.uuid === uuid)!.id);
  };
  const whole = cleanUp.move();
  return {
    ...{ client, connection: readFileSync(file, 'utf8'), registered },
    [Symbol.asyncDispose]: () => whole.disposeAsync(),
  };
}
