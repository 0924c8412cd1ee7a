// What is started: command lines and log names of controller and engines.

import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SettingsOf } from '@muster/config';
import type { LaunchSpec } from '@muster/launchers';
import { transportVariable } from '@muster/transport/names';
import type { enginesSettings, startSettings } from './settings.ts';

export type StartValues = SettingsOf<typeof startSettings>;
export type EnginesValues = SettingsOf<typeof enginesSettings>;

export interface Place {
  readonly profileDir: string;
  readonly clusterId: string;
}

/** Our own programs are started on this very Node, past all shims: that saves a fifth of a second each. */
const own = (name: string): [string, string] => [
  process.execPath,
  fileURLToPath(new URL(`../../cli/bin/${name}.js`, import.meta.url)),
];

/** Python's numbers, which both our programs and Python's understand. */
const levelNumbers: Record<StartValues['logLevel'], string> = {
  debug: '10',
  info: '20',
  warn: '30',
  error: '40',
  silent: '50',
};

const logArguments = (values: EnginesValues): string[] =>
  values.logLevel === 'info' ? [] : [`--log-level=${levelNumbers[values.logLevel]}`];

/** Arguments that the controller gets besides those of the log level. */
export const controllerArguments = (values: StartValues, rest: readonly string[]): string[] => [
  ...values.controllerArguments,
  ...rest,
];

export function controllerSpec(values: StartValues, rest: readonly string[], place: Place): LaunchSpec {
  const [program, ...args] = nonEmpty(values.controllerCommand, own('ipcontroller'));
  const ip = values.controllerIp === '' ? [] : [`--ip=${values.controllerIp}`];
  const location = values.controllerLocation === '' ? [] : [`--location=${values.controllerLocation}`];
  return {
    ...spec(values, place),
    command: [program, ...args, ...logArguments(values), ...ip, ...location, ...controllerArguments(values, rest)],
    n: 1,
    identifier: ['ipcontroller', place.clusterId, process.pid].filter((part) => part !== '').join('-'),
    numbered: false,
    delayMs: 0,
  };
}

export function engineSpec(values: EnginesValues, n: number, setId: string, place: Place): LaunchSpec {
  const [program, ...args] = nonEmpty(values.engineCommand, own('ipengine'));
  return {
    ...spec(values, place),
    command: [program, ...args, ...logArguments(values), ...values.engineArguments],
    n,
    identifier: ['ipengine', place.clusterId, setId].filter((part) => part !== '').join('-'),
    numbered: true,
    environment: { ...transportOf(values), ...withoutControllerKeys },
    delayMs: values.engineDelayS * 1000,
  };
}

/** Engines run users' code, which must not find the controller's keys where both are started from one environment. */
const withoutControllerKeys: Readonly<Record<string, undefined>> = {
  IPP_CURVE_SECRETKEY: undefined,
  IPP_CURVE_PUBLICKEY: undefined,
  MUSTER_CURVE_SECRETKEY_FILE: undefined,
  MUSTER_CURVE_CLIENT_SECRETKEY: undefined,
  MUSTER_CURVE_CLIENT_SECRETKEY_FILE: undefined,
};

/** By the environment: Python's programs, which do not know the option, do not mind it. */
const transportOf = ({ transport }: EnginesValues): Record<string, string> =>
  transport === null ? {} : { [transportVariable]: transport };

const spec = (values: EnginesValues, place: Place) => ({
  ...place,
  environment: transportOf(values),
  workDir: resolve(values.workDir),
});

function nonEmpty(words: readonly string[], otherwise: [string, ...string[]]): [string, ...string[]] {
  const [program, ...args] = words;
  return program === undefined ? otherwise : [program, ...args];
}
