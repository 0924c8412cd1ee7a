// Command line of the controller's bench. Pure.
import type { TransportName } from '@muster/transport';
import { transportNames } from '@muster/transport';
import type { Values } from '../command-line.ts';
import { flag, listOf, positive, readCommandLine, text, textOr, whole, wholes } from '../command-line.ts';
import type { Store } from '../controllers/contender.ts';
import { stores as allStores } from '../controllers/contender.ts';
import type { Mode } from '../load/requests.ts';

export interface ControllerOptions {
  readonly peers: boolean;
  readonly full: boolean;
  readonly rounds: number;
  /** Multiplies numbers of requests. */
  readonly scale: number;
  readonly stores: readonly Store[];
  readonly engines: readonly number[];
  readonly modes: readonly Mode[];
  /** Ours is measured on each of these; empty: on its default. */
  readonly transports: readonly TransportName[];
  /** What the load uses; undefined: the first there is. */
  readonly loadTransport: TransportName | undefined;
  /** Only the cells: no memory, data, start-up and Python engines. */
  readonly cellsOnly: boolean;
  readonly json: string | undefined;
  readonly markdown: string | undefined;
  readonly profile: string | undefined;
}

const help = `npm run bench -- controller [options]: our controller, alone or beside Python's

  --peers            and Python's ipyparallel 9.2, in turn within each round (E2E_PROVISION=1 npm run e2e -- interop installs it)
  --rounds N         rounds; medians and spread are over them (5)
  --scale X          multiplies the number of requests of each cell (1)
  --stores LIST      of memory, sqlite, none (all)
  --engines LIST     numbers of fake engines (1,4,64)
  --modes LIST       of task, direct, broadcast, coalesced (all)
  --cells-only       leave out memory, stock Python peers, 100 MB frames and 1,000 engines
  --transport LIST   ours on each of these transports, as zmtp,zeromq (its default)
  --load-transport T what the load's client and engines use (the fastest there is)
  --full             1,000,000 tasks for the memory, 5 minutes for the 1,000 engines
  --profile FOLDER   V8 processor profiles of our controller, one a start, and the functions that take most
  --json FILE        all measurements, machine and versions
  --markdown FILE    the tables; in a file with the lines <!-- figures --> and <!-- /figures -->, between these

Files are written after each round. Ctrl-C ends it at any time and leaves nothing else behind. A full run with --peers takes about 15 minutes.`;

const allModes = ['task', 'direct', 'broadcast', 'coalesced'] as const;

export const optionTable = {
  peers: flag,
  full: flag,
  'cells-only': flag,
  rounds: textOr('5'),
  scale: textOr('1'),
  stores: textOr(allStores.join()),
  engines: textOr('1,4,64'),
  modes: textOr(allModes.join()),
  transport: text,
  'load-transport': text,
  json: text,
  markdown: text,
  profile: text,
} as const;

/** Throws an Error that says what is wrong with the arguments. */
export function readOptions(argv: readonly string[]): ControllerOptions {
  return readCommandLine('controller', help, optionTable, optionsOf, argv);
}

export function optionsOf(values: Values<typeof optionTable>): ControllerOptions {
  const load = values['load-transport'];
  return {
    peers: values.peers,
    full: values.full,
    cellsOnly: values['cells-only'],
    rounds: whole('rounds', values.rounds),
    scale: positive('scale', values.scale),
    stores: listOf('stores', values.stores, allStores),
    engines: wholes('engines', values.engines),
    modes: listOf('modes', values.modes, allModes),
    transports: values.transport === undefined ? [] : listOf('transport', values.transport, transportNames),
    loadTransport: load === undefined ? undefined : listOf('load-transport', load, transportNames)[0],
    json: values.json,
    markdown: values.markdown,
    profile: values.profile,
  };
}
