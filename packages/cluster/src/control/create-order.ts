// From settings to an order.
import { resolve } from 'node:path';
import type { Given } from '@muster/config';
import { defaultsOf, resolveProfileDir } from '@muster/config';
import type { Json, JsonObject } from '@muster/protocol';
import { createLaunchers } from '../launchers.ts';
import type { SavedOrder } from '../notes.ts';
import type { Place } from '../place.ts';
import type { ClusterProgress } from '../progress.ts';
import { type StartValues, startSettings } from '../settings.ts';
import type { Order } from './order.ts';

export interface OrderParts {
  readonly values: Partial<StartValues>;
  /** Where values came from; those that were given are kept for a restart. */
  readonly given?: Readonly<Partial<Record<string, Given>>>;
  readonly rest?: readonly string[];
  readonly tell?: ((progress: ClusterProgress) => void) | undefined;
  readonly warn?: ((message: string) => void) | undefined;
}

export const placeOf = (
  values: Pick<StartValues, 'profileDir' | 'profile' | 'ipythonDir' | 'clusterId'>,
  env: NodeJS.ProcessEnv,
): Place => ({ profileDir: resolveProfileDir(values, env), clusterId: values.clusterId });

/** Settings that say where a cluster is, or how a command behaves: not part of what is started. */
const notSaved: ReadonlySet<string> = new Set([
  ...['profileDir', 'profile', 'ipythonDir', 'clusterId', 'config', 'daemonize', 'logLevel', 'cleanLogs'],
]);

export function createOrder(place: Place, { values, given = {}, rest = [], tell, warn }: OrderParts): Order {
  const all: StartValues = { ...defaultsOf(startSettings), ...values };
  const kept = Object.keys(given).filter((key) => !notSaved.has(key) && key in all);
  const saved: JsonObject = Object.fromEntries(kept.map((key) => [key, all[key as keyof StartValues] as Json]));
  return {
    place,
    values: all,
    rest,
    launchers: createLaunchers(all, place.profileDir, warn),
    saved: { values: { ...saved, workDir: resolve(all.workDir) }, rest },
    tell: tell ?? (() => {}),
  };
}

/** The order of a cluster that was found, from its notes; without notes what the file itself says. */
export function orderOfFound(
  place: Place,
  options: JsonObject,
  saved: SavedOrder | undefined,
  parts: Omit<OrderParts, 'values' | 'rest' | 'given'> = {},
): Order {
  if (saved === undefined) return { ...createOrder(place, { ...parts, values: valuesOfFile(options) }), saved };
  // What a newer or older version saved under other keys is left aside.
  const known = Object.entries(saved.values).filter(([key]) => Object.hasOwn(startSettings, key));
  const order = createOrder(place, { ...parts, values: Object.fromEntries(known), rest: saved.rest });
  return { ...order, saved };
}

function valuesOfFile(options: JsonObject): Partial<StartValues> {
  const { n, delay, controller_args: args, controller_ip: ip, controller_location: location } = options;
  const words = Array.isArray(args) ? args.filter((word) => typeof word === 'string') : [];
  return {
    n: typeof n === 'number' ? n : null,
    delayS: typeof delay === 'number' ? delay : 0,
    controllerArguments: words,
    controllerIp: typeof ip === 'string' ? ip : '',
    controllerLocation: typeof location === 'string' ? location : '',
  };
}
