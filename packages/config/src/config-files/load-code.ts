// Config files in TypeScript and JavaScript: each load runs the file anew, as a module, with `c` for as long as that takes.
import { execFile } from 'node:child_process';
import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { MusterError } from '@muster/protocol';
import { badConfig, flatten, limited, type NamedValue } from './config-file.ts';
import { createNotes, type Notes } from './familiar-c.ts';

const longestMs = 30_000;

let loads = 0;
let last: Promise<unknown> = Promise.resolve();

/** Settings of a file with this text. Throws MusterError `bad_config`, with file and line. One after another: there is one `c`. */
export function loadCode(path: string, text: string): Promise<NamedValue[]> {
  const result = last.then(() => load(path, text));
  last = result.catch(() => {});
  return result;
}

async function load(path: string, text: string): Promise<NamedValue[]> {
  // A new address, since modules are kept by their address.
  const url = `${pathToFileURL(path).href}?config=${++loads}`;
  const notes = createNotes(() => lineIn(new Error().stack, url)?.line);
  try {
    const exported = await withinTime(path, () => runModule(url, text, notes));
    const settings = notes.settings();
    return limited(path, [...settings, ...(exported === undefined ? [] : flatten(path, exported))]);
  } catch (error) {
    throw error instanceof MusterError ? error : await failed(path, text, error);
  }
}

/** What the file exports as default: settings, a function that may give some, or nothing. */
async function runModule(url: string, text: string, { c }: Notes): Promise<unknown> {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'c');
  const hooks = hookModule(url, text);
  Object.defineProperty(globalThis, 'c', { value: c, configurable: true, writable: true });
  try {
    const { default: exported } = (await import(url)) as { readonly default?: unknown };
    return typeof exported === 'function' ? await exported(c) : exported;
  } finally {
    hooks.deregister();
    if (before === undefined) Reflect.deleteProperty(globalThis, 'c');
    else Object.defineProperty(globalThis, 'c', before);
  }
}

/** The text is a module in TypeScript, whatever the package says in which the folder may lie. JavaScript is TypeScript, too. */
function hookModule(url: string, source: string) {
  const format = 'module-typescript';
  return registerHooks({
    resolve: (specifier, context, next) =>
      specifier === url ? { url, format, shortCircuit: true } : next(specifier, context),
    load: (address, context, next) =>
      address === url ? { format, source, shortCircuit: true } : next(address, context),
  });
}

async function withinTime<T>(path: string, work: () => Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const remedy = 'Let it not wait for anything that may not come.';
  const timer = setTimeout(() => reject(badConfig(path, `takes longer than ${longestMs / 1000} s`, remedy)), longestMs);
  try {
    return await Promise.race([work(), promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function failed(path: string, text: string, error: unknown): Promise<MusterError> {
  const stack = error instanceof Error ? error.stack : undefined;
  const isSyntax = error instanceof SyntaxError;
  const place = lineIn(stack) ?? (isSyntax ? await findSyntaxError(path, text) : undefined);
  const what = (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 500);
  const place1 = place === undefined ? path : `${place.path}:${place.line}`;
  const through = place === undefined || place.path === path ? '' : ` (loaded by ${path})`;
  return new MusterError(
    'bad_config',
    `${place1}: ${what}${/[.!?]$/.test(what) ? '' : '.'}${through}`,
    remedyOf(error as NodeJS.ErrnoException | undefined),
  );
}

function remedyOf(error: NodeJS.ErrnoException | undefined): string | undefined {
  const message = String(error?.message);
  if (error?.code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX')
    return 'Types are left out and nothing is translated: write what JavaScript has, too.';
  if (/^(require|module|exports) is not defined/.test(message))
    return 'Config files are ES modules: import, and export default.';
  if (error instanceof ReferenceError) return "Settings stand below c, as c.HubFactory.ip = '*', and texts in quotes.";
  return undefined;
}

/** The first place of a stack in a file, or in the module `url`: the file that ran when it was made. */
function lineIn(stack: string | undefined, url?: string): { path: string; line: number } | undefined {
  for (const [, address = '', line] of (stack ?? '').matchAll(/(file:\/\/[^\s()]+?):(\d+)(?=[:\s)]|$)/g)) {
    if (url === undefined || address === url)
      return { path: fileURLToPath(address.replace(/\?config=\d+$/, '')), line: Number(line) };
  }
  return undefined;
}

/** Some errors of syntax are found where no place is told: a process of its own then looks, which knows more. */
function findSyntaxError(path: string, text: string): Promise<{ path: string; line: number } | undefined> {
  const script = `
    import { stripTypeScriptTypes } from 'node:module';
    import { readFileSync } from 'node:fs';
    import { SourceTextModule } from 'node:vm';
    new SourceTextModule(stripTypeScriptTypes(readFileSync(0, 'utf8')), { identifier: 'config' });`;
  const args = ['--no-warnings', '--experimental-vm-modules', '--input-type=module', '--eval', script];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { timeout: 10_000, env: {} }, (_, _out, told) => {
      const line = /^config:(\d+)$/m.exec(told)?.[1];
      resolve(line === undefined ? undefined : { path, line: Number(line) });
    });
    child.stdin?.on('error', () => {}).end(text);
  });
}
