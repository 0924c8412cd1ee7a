// What user code finds beside Node's own globals, and what is kept from it.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { isSecret } from '../secrets.ts';

/** Thrown by process.exit: a cell ends, the engine goes on. */
class SystemExit extends Error {
  override readonly name = 'SystemExit';
}

export interface GlobalsOptions {
  /** `display(value)`: publishes a value. */
  readonly display: (value: unknown, metadata?: object) => void;
}

export function installGlobals({ display }: GlobalsOptions): void {
  const define = (name: PropertyKey, value: unknown): void => {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  };
  define('display', display);
  define('require', createFollowingRequire());
  Object.defineProperty(globalThis, Symbol.for('muster.importMeta'), { get: importMeta, configurable: true });
  process.exit = (code) => {
    throw new SystemExit(String(code ?? process.exitCode ?? 0));
  };
  // The channel to the nanny is not the user's.
  delete (process as Partial<NodeJS.Process>).send;
  for (const name of Object.keys(process.env)) if (isSecret(name)) delete process.env[name];
}

/** `require` that resolves from the working directory, also after process.chdir. */
function createFollowingRequire(): NodeJS.Require {
  let cwd = '';
  let current: NodeJS.Require | undefined;
  const follow = (): NodeJS.Require => {
    const now = process.cwd();
    if (current === undefined || now !== cwd) current = createRequire(join(now, 'cell.js'));
    cwd = now;
    return current;
  };
  return new Proxy(function require() {} as unknown as NodeJS.Require, {
    apply: (_target, _self, args: [string]) => follow()(...args),
    get: (_target, key) => Reflect.get(follow(), key) as unknown,
  });
}

/** import.meta of a cell. */
function importMeta(): object {
  const dirname = process.cwd();
  const url = pathToFileURL(join(dirname, 'cell.js')).href;
  const resolve = (specifier: string): string => {
    if (/^[a-z][a-z0-9+.-]+:/i.test(specifier)) return specifier;
    const found = createRequire(url).resolve(specifier);
    return found.startsWith('/') ? pathToFileURL(found).href : found;
  };
  return { dirname, url, resolve };
}
