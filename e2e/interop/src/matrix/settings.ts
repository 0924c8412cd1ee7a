// The settings in which the suite is run: a table, and what each value means for our controller and for Python's.
import { type TransportName, transportInUse, transportNames, transportVariable } from '@muster/transport/names';
import type { ControllerStart } from '../peer-suite.ts';
import { controllerModules, examModules } from './modules.ts';

export type Side = 'ours' | 'python';

/** What of a cluster is varied. */
export interface Values {
  /** Strict: our stricter CurveZMQ, with a server key for each side. */
  readonly curve: 'off' | 'on' | 'strict';
  /** Apart: each service is a process of its own, on NATS and MongoDB. */
  /** With CurveZMQ it is zeromq, without being asked for. */
  readonly transport: TransportName;
  readonly services: 'together' | 'apart';
  readonly store: 'dict' | 'sqlite' | 'mongo' | 'none';
  readonly hwm: 0 | 1 | 3;
  readonly scheme: 'leastload' | 'lru' | 'plainrandom' | 'twobin' | 'weighted' | 'pure';
}

export interface Setting {
  readonly name: string;
  readonly values: Values;
  /** Modules of the suite; undefined: all. */
  readonly modules: readonly string[] | undefined;
  /** Part of the run that `npm test` does; else only of `--all`. */
  readonly everyDay: boolean;
  /** Python's controller runs in the same run, also when it is not asked for; else what was recorded of it is compared. */
  readonly beside: boolean;
  /** Tests that pass with Python's controller and are meant not to pass with ours, each with the reason. */
  readonly meant?: Readonly<Record<string, string>>;
  /** Tests that are not run with either controller, each with the reason. */
  readonly leftOut?: Readonly<Record<string, string>>;
}

/** As the suite itself starts its controllers. */
const plain: Values = {
  ...{ curve: 'off', transport: transportNames[0], services: 'together' },
  ...{ store: 'dict', hwm: 1, scheme: 'leastload' },
};

/**
 * Several values at once, so that a few rows meet all. `none` and `pure` stand alone or beside values that are judged elsewhere: so
 * much fails there with Python's controller that a row with them judges little else.
 */
const everyDay = (name: string, values: Partial<Values>): Setting => ({
  ...only(name, values),
  modules: examModules,
  everyDay: true,
  beside: false,
});

/** One value, or two that matter together, on all modules that start a controller. */
const whole = (name: string, values: Partial<Values>): Setting => ({
  ...only(name, values),
  modules: controllerModules,
  everyDay: false,
  beside: true,
});

function only(name: string, varied: Partial<Values>): Pick<Setting, 'name' | 'values' | 'meant' | 'leftOut'> {
  const asked = { ...plain, ...varied };
  const values = { ...asked, transport: transportInUse(asked.transport, asked.curve !== 'off') };
  // Services apart, and the strict mode.
  const isSigned = values.curve === 'strict' || (values.curve === 'on' && values.services === 'apart');
  return {
    name,
    values,
    ...(isSigned && { meant: keyStays }),
    ...(values.scheme === 'pure' && { leftOut: notWithPure }),
    ...(drawsLots.has(values.scheme) && values.hwm !== 1 && { leftOut: notByLot }),
  };
}

const keyStays = { 'test_client.TestClient::test_curve': 'messages are signed, too: the key is not empty' };
const notWithPure = {
  'test_lbview.TestLoadBalancedView::test_z_crash':
    'a stock client that loses an engine gives up balanced tasks, and no later test can have any',
  'test_client.TestClient::test_resubmit_aborted':
    'the scheme does not heed targets: whether the task waits behind the other, to be aborted, is luck',
};

/** These choose the engine by lot, also one that works; with `hwm` 1 it is not to be had then. */
const drawsLots: ReadonlySet<string> = new Set(['twobin', 'plainrandom', 'weighted']);
const notByLot = {
  'test_lbview.TestLoadBalancedView::test_imap_unordered':
    'a short task may wait behind the long one: whether one of three does is luck, about one time in six',
};

export const settings: readonly Setting[] = [
  { name: 'plain', values: plain, modules: undefined, everyDay: true, beside: true },
  everyDay('curve-mongo-weighted', { curve: 'on', store: 'mongo', scheme: 'weighted' }),
  everyDay('strict-sqlite-lru-hwm0', { curve: 'strict', store: 'sqlite', scheme: 'lru', hwm: 0 }),
  everyDay('apart-twobin-hwm3', { services: 'apart', transport: 'zeromq', store: 'mongo', scheme: 'twobin', hwm: 3 }),
  everyDay('none-plainrandom', { store: 'none', scheme: 'plainrandom' }),
  everyDay('pure-hwm0', { scheme: 'pure', hwm: 0 }),
  whole('zeromq', { transport: 'zeromq' }),
  whole('curve', { curve: 'on' }),
  whole('strict', { curve: 'strict' }),
  whole('apart', { services: 'apart', store: 'mongo' }),
  whole('apart-curve', { services: 'apart', store: 'mongo', curve: 'on' }),
  whole('sqlite', { store: 'sqlite' }),
  whole('mongo', { store: 'mongo' }),
  whole('none', { store: 'none' }),
  whole('hwm0', { hwm: 0 }),
  whole('hwm3', { hwm: 3 }),
  whole('lru', { scheme: 'lru' }),
  whole('plainrandom', { scheme: 'plainrandom' }),
  whole('twobin', { scheme: 'twobin' }),
  whole('weighted', { scheme: 'weighted' }),
  whole('pure', { scheme: 'pure' }),
];

/** What controllers are started with, and the environment of the suite. */
export interface Start extends ControllerStart {
  readonly env: Readonly<Record<string, string>>;
}

const storeFlag = { dict: '--dictdb', sqlite: '--sqlitedb', mongo: '--mongodb', none: '--nodb' } as const;

/** `mongoUrl` is where a server is; undefined where there is none. */
export function startOf(values: Values, side: Side, mongoUrl: string | undefined): Start {
  const { curve, transport, store, hwm, scheme } = values;
  const mongo = mongoUrl === undefined ? undefined : { uri: mongoUrl, ...addressOf(mongoUrl) };
  return {
    store: storeFlag[store],
    args: [
      ...(hwm === plain.hwm ? [] : [`--hwm=${hwm}`]),
      ...(scheme === plain.scheme ? [] : [`--scheme=${scheme}`]),
      ...(curve === 'strict' && side === 'ours' ? ['--curve-strict'] : []),
      ...(mongo && side === 'python' ? [`--MongoDB.connection_args=["${mongo.host}",${mongo.port}]`] : []),
    ],
    env: {
      // The suite's own tests read this one, too.
      ...(curve === 'off' ? {} : { IPP_ENABLE_CURVE: '1' }),
      ...(curve === 'off' && transport !== plain.transport && side === 'ours' && { [transportVariable]: transport }),
      ...(mongo && { DB_IP: mongo.host, DB_PORT: mongo.port, MONGODB_URI: mongo.uri }),
    },
  };
}

function addressOf(url: string): { host: string; port: string } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port };
}
