// What is started: command lines, environment and log names of controller and engines.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LaunchSpec } from '@muster/launchers';
import { transportVariable } from '@muster/transport/names';
import type { Place } from './place.ts';
import type { EnginesValues, StartValues } from './settings.ts';

/** Our own programs are started on this very Node, past all shims: that saves a fifth of a second each. */
export function ownProgram(name: string): [string, ...string[]] {
  const path = fileURLToPath(new URL(`../../cli/bin/${name}.js`, import.meta.url));
  return existsSync(path) ? [process.execPath, path] : [name];
}

/** Python's numbers, which both our programs and Python's understand. */
const levelNumbers: Record<StartValues['logLevel'], string> = {
  debug: '10',
  info: '20',
  warn: '30',
  error: '40',
  silent: '50',
};

const logArguments = ({ logLevel }: EnginesValues): string[] =>
  logLevel === 'info' ? [] : [`--log-level=${levelNumbers[logLevel]}`];

/** Arguments that the controller gets besides those of the log level and of its addresses. */
export const controllerArguments = (values: StartValues, rest: readonly string[]): string[] => [
  ...values.controllerArguments,
  ...rest,
];

export function controllerSpec(values: StartValues, rest: readonly string[], place: Place): LaunchSpec {
  const program = nonEmpty(values.controllerCommand, ownProgram('ipcontroller'));
  const ip = values.controllerIp === '' ? [] : [`--ip=${values.controllerIp}`];
  const location = values.controllerLocation === '' ? [] : [`--location=${values.controllerLocation}`];
  return {
    ...place,
    command: [...program, ...logArguments(values), ...ip, ...location, ...controllerArguments(values, rest)],
    programWords: program.length,
    ...(values.controllerCommand.length === 0 ? { programName: 'ipcontroller' } : {}),
    n: 1,
    identifier: ['ipcontroller', place.clusterId, process.pid].filter((part) => part !== '').join('-'),
    numbered: false,
    environment: { ...environmentOf(values), ...texts(values.controllerEnvironment) },
    workDir: resolve(values.workDir),
    delayMs: 0,
  };
}

/** `waitS`: how long engines wait for the connection file, where the controller was started with them. */
export function engineSpec(
  values: EnginesValues,
  n: number,
  setId: string,
  place: Place,
  waitS: number | undefined,
): LaunchSpec {
  const program = nonEmpty(values.engineCommand, ownProgram('ipengine'));
  const known = program.some((word) => /ipengine|ipyparallel/.test(word));
  const wait = waitS === undefined || !known ? [] : [`--IPEngine.wait_for_url_file=${waitS}`];
  return {
    ...place,
    command: [...program, ...logArguments(values), ...wait, ...values.engineArguments],
    programWords: program.length,
    ...(values.engineCommand.length === 0 ? { programName: 'ipengine' } : {}),
    n,
    identifier: ['ipengine', place.clusterId, setId].filter((part) => part !== '').join('-'),
    numbered: true,
    environment: { ...environmentOf(values), ...texts(values.engineEnvironment), ...withoutControllerKeys },
    workDir: resolve(values.workDir),
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

/** The transport goes by the environment: Python's programs, which do not know the option, do not mind it. */
const environmentOf = ({ transport, environment }: EnginesValues): Record<string, string> => ({
  ...(transport === null ? {} : { [transportVariable]: transport }),
  ...texts(environment),
});

const texts = (values: Readonly<Record<string, string | number>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));

function nonEmpty(words: readonly string[], otherwise: [string, ...string[]]): [string, ...string[]] {
  const [program, ...args] = words;
  return program === undefined ? otherwise : [program, ...args];
}
