// The end-to-end suites: what each is about, which real parts it needs, and how it is run.
import type { PartName } from '@muster/provision';
import { find, partTitle, provision, whyNever } from '@muster/provision';
import { everythingMustRun, missingPart } from '@muster/testkit';
import type { GateResult } from './gate.ts';
import { runCounting, runVitest } from './gate.ts';
import { explainInterop, runInterop } from './interop.ts';
import { runTransport } from './transport.ts';

interface Suite {
  readonly about: string;
  readonly needs: readonly PartName[];
  /** It needs these, too, where the machine can have them. */
  readonly needsIfPossible?: readonly PartName[];
  /** What to say in place of a run, when that is asked for. Throws an Error for arguments that cannot be. */
  explain?(args: readonly string[]): string | undefined;
  /** `args` come from the command line, behind the suite's name. */
  run(args: readonly string[]): Promise<GateResult>;
}

export const suites: Readonly<Record<string, Suite>> = {
  interop: {
    about:
      "Python clients and engines beside ours; then ipyparallel's own test-suite in many settings, judged by what passes with Python's controller (9 min)",
    needs: ['ipyparallel', 'ipyparallel-8', 'mpi', 'nats', 'mongo-wire'],
    needsIfPossible: ['ipyparallel-7'],
    explain: explainInterop,
    run: runInterop,
  },
  'peer-systems': {
    about: "ipyparallel's own tests of its launchers, on a real Slurm, Open MPI and sshd, with our controller (3 min)",
    needs: ['machines', 'mpi', 'slurm', 'ipyparallel'],
    run: (args) => runCounting(['e2e/interop/src/systems/peer-systems.ts', ...args]),
  },
  wire: {
    about: "each message of the wire, by raw sockets, to Python's controller and to ours; differences need a reason",
    needs: ['ipyparallel'],
    run: (args) => runCounting(['e2e/wire/src/main.ts', ...args]),
  },
  transport: {
    about:
      'our transports beside libzmq, hostile peers and a million random inputs (2 min; --fuzz N: only those, so many)',
    needs: ['ipyparallel'],
    run: runTransport,
  },
  services: {
    about: 'services apart on NATS and MongoDB, for Python and TypeScript peers; each is killed and started again',
    needs: ['nats', 'mongo-wire', 'mpi', 'ipyparallel'],
    run: (args) => runVitest('e2e/services/vitest.config.ts', args),
  },
  bench: {
    about:
      'the benches of controllers, as small as they go: they measure, check what comes back, and leave nothing behind',
    needs: [],
    run: (args) => runVitest('e2e/bench/vitest.config.ts', args),
  },
  containers: {
    about: 'the services, servers and engines as containers of a docker daemon, for Python and TypeScript clients',
    needs: ['docker', 'image-layers', 'nats', 'mongo-wire', 'ipyparallel'],
    run: (args) => runVitest('e2e/containers/vitest.config.ts', args),
  },
  commands: {
    about: 'every line of "Starting the IPython controller and engines", typed as it stands there (3 min)',
    needs: ['machines', 'mpi', 'slurm', 'mongo-wire', 'kernels', 'ipyparallel'],
    run: (args) => runVitest('e2e/commands/vitest.config.ts', args),
  },
  launchers: {
    about: 'engines by ssh, MPI and PBS, and ssh tunnels, on machines made of network namespaces',
    needs: ['machines', 'mpi', 'slurm', 'ipyparallel'],
    run: (args) => runVitest('e2e/launchers/vitest.config.ts', args),
  },
  kubernetes: {
    about: 'the chart and profiles on a real cluster of one node, with machines and a PBS queue beside it (5 min)',
    needs: ['kubernetes', 'helm', 'image-layers', 'nats', 'mongo-wire', 'machines', 'mpi', 'slurm', 'ipyparallel'],
    run: (args) => runVitest('e2e/kubernetes/vitest.config.ts', args),
  },
};

export const titlesOf = (suite: Suite): string => suite.needs.map(partTitle).join(', ');

/** All that it needs on this machine. */
export async function partsOf({ needs, needsIfPossible = [] }: Suite): Promise<PartName[]> {
  const reasons = await Promise.all(needsIfPossible.map(whyNever));
  return [...needs, ...needsIfPossible.filter((_, i) => reasons[i] === undefined)];
}

/** Runs a suite. Parts that it lacks are installed with E2E_PROVISION=1; else they are named, and the suite is skipped. */
export async function runSuite(name: string, args: readonly string[]): Promise<GateResult> {
  const suite = suites[name]!;
  for (const part of await partsOf(suite)) {
    if (everythingMustRun) {
      await provision(part);
      continue;
    }
    const found = await find(part);
    if (found.present) continue;
    console.log(`${name} ${missingPart(`${found.title} (${found.why})`, `E2E_PROVISION=1 npm run e2e -- ${name}`)}`);
    return { counts: { passed: 0, failed: 0, skipped: 1 }, exitCode: 0 };
  }
  return suite.run(args);
}
