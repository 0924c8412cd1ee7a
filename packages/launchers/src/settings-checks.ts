// What plain data in settings of launchers may be: each check says what is wrong, or undefined. Pure.
import { isJsonObject } from '@muster/protocol';

const isTextList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');

const isCount = (value: unknown): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 10_000;

const hostForm = /^([A-Za-z_][A-Za-z0-9._-]*@)?([A-Za-z0-9_][A-Za-z0-9._%-]*|\[[0-9A-Fa-f:.%]+\])(:\d{1,5})?$/;

/** `SSHEngineSetLauncher.engines`. */
export function checkEngineHosts(value: unknown): string | undefined {
  if (!isJsonObject(value)) return 'has a number of engines for each host: {"host1": 2}';
  for (const [host, given] of Object.entries(value)) {
    const shown = JSON.stringify(host);
    if (!hostForm.test(host)) return `has hosts as HOST, USER@HOST or USER@HOST:PORT, and ${shown} is not`;
    const wrong = checkEnginesOfHost(given);
    if (wrong !== undefined) return `has for the host ${shown} ${wrong}`;
  }
  return undefined;
}

function checkEnginesOfHost(given: unknown): string | undefined {
  if (isCount(given)) return undefined;
  const form =
    'a number of engines from 0 to 10000, [number, [arguments]] or {"n": number, "engine_args": [arguments]}';
  if (Array.isArray(given)) return given.length === 2 && isCount(given[0]) && isTextList(given[1]) ? undefined : form;
  if (!isJsonObject(given)) return form;
  const unknown = Object.keys(given).filter((name) => !['n', 'engine_args', 'engine_cmd'].includes(name));
  if (unknown.length > 0) return `only n, engine_args and engine_cmd, not ${unknown.join(', ')}`;
  const { n = 1, engine_args: args = [], engine_cmd: command = [] } = given;
  return isCount(n) && isTextList(args) && isTextList(command) ? undefined : form;
}

/** `to_send`, `to_fetch`. */
export const checkFilePairs = (value: unknown): string | undefined =>
  Array.isArray(value) &&
  value.every((pair) => isTextList(pair) && pair.length === 2 && pair.every((path) => path !== ''))
    ? undefined
    : 'is a list of pairs of files: [["from", "to"]]';

/** `namespace` of batch systems. */
export function checkNamespace(value: unknown): string | undefined {
  if (!isJsonObject(value)) return 'has a value for each name: {"walltime": "1:00:00"}';
  for (const [name, one] of Object.entries(value)) {
    if (!/^[A-Za-z_]\w*$/.test(name)) return `has names of letters, digits and _, and ${JSON.stringify(name)} is not`;
    if (typeof one !== 'string' && typeof one !== 'number') return `has texts and numbers, and ${name} is neither`;
  }
  return undefined;
}
