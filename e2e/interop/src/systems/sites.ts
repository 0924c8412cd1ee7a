// Where ipyparallel's own tests of launchers find what they want: machines of the lab, so that nothing is left of it.
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Machine, Machines } from '@muster/lab';
import { createMachines, createSlurm } from '@muster/lab';
import type { PartName } from '@muster/provision';
import { temporaryFolder } from '@muster/testkit';

type Environment = Readonly<Record<string, string>>;

export interface System {
  /** The module of the suite. */
  readonly module: string;
  /** Arguments for pytest of each job that it is run in. */
  readonly jobs: readonly (readonly string[])[];
  readonly machines: number;
  /** The real parts that it needs beside Python's. */
  readonly needs: readonly PartName[];
  /** Makes its machines what the module expects; resolves to the environment of the tests. */
  prepare(machines: readonly Machine[], place: Place): Promise<Environment>;
}

/** What machines share with this one. */
interface Place {
  /** Empty, for whatever the tests write. */
  readonly folder: string;
  /** The folder of the tests' Python. */
  readonly environment: string;
}

/** The longest first. */
export const systems: Readonly<Record<'ssh' | 'mpi' | 'slurm', System>> = {
  ssh: {
    module: 'test_ssh',
    // Each test is done twice, with a process of ssh for each engine and with one for all of them. Signals have to come within
    // three seconds, by a new Python each: more jobs than these would be too many for two cores.
    jobs: [
      ['-k', 'not SSHProxy'],
      ['-k', 'SSHProxy'],
    ],
    machines: 1,
    needs: ['machines'],
    async prepare([machine], { environment }) {
      const script = await readFile(join(import.meta.dirname, 'ssh-site.sh'), 'utf8');
      await machine!.must(`exec sh -s '${environment}'`, { input: script });
      return { CI_DIR: '/ci' };
    },
  },
  mpi: {
    module: 'test_mpi',
    jobs: [[]],
    machines: 1,
    needs: ['machines', 'mpi'],
    prepare: async () => ({
      OMPI_ALLOW_RUN_AS_ROOT: '1',
      OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
      // There may be fewer cores than engines.
      OMPI_MCA_rmaps_base_oversubscribe: '1',
      // Engines of one machine need no network; Open MPI would try every card there is.
      OMPI_MCA_btl: 'self,vader',
    }),
  },
  slurm: {
    module: 'test_slurm',
    jobs: [[]],
    machines: 2,
    needs: ['machines', 'slurm'],
    async prepare(machines, { folder }) {
      const data = join(folder, 'data');
      await mkdir(data);
      await Promise.all(machines.map(({ must }) => must(`mkdir /data && mount --bind '${data}' /data`)));
      await createSlurm(machines);
      return {};
    },
  },
};

export interface Site extends AsyncDisposable {
  /** For what the suite writes. */
  readonly folder: string;
  /** Stands before the argv of what shall run there. */
  readonly enter: readonly string[];
  readonly env: Environment;
}

const checkout = join(import.meta.dirname, '../../../..');

/** A site of its own for one run of a system's module with that Python. */
export async function createSite(system: System, python: string): Promise<Site> {
  await using cleanUp = new AsyncDisposableStack();
  const { path: folder } = cleanUp.use(await temporaryFolder('systems'));
  const environment = dirname(dirname(python));
  const shared = [checkout, dirname(process.execPath), environment, folder];
  const machines: Machines = cleanUp.use(await createMachines(system.machines, { shared }));
  const env = await system.prepare(machines.list, { folder, environment });
  const whole = cleanUp.move();
  return {
    folder,
    enter: machines.list[0]!.enter,
    env: { ...env, MUSTER_PEER_SYSTEMS: '1' },
    [Symbol.asyncDispose]: () => whole.disposeAsync(),
  };
}
