// What `npm run e2e -- interop …` is asked for.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { moduleNames } from './modules.ts';
import type { Setting } from './settings.ts';
import { settings } from './settings.ts';

export interface MatrixOptions {
  readonly settings: readonly Setting[];
  /** Modules of the suite; empty: those of each setting. */
  readonly modules: readonly string[];
  readonly pytestArguments: readonly string[];
  /** Python's controller runs in every setting. */
  readonly beside: boolean;
  /** Only Python's controller runs, and what it does is written down. */
  readonly record: boolean;
  /** Jobs at a time. */
  readonly width: number;
}

export type Asked =
  | { readonly help: true }
  /** What there is of the two parts: our own tests (with arguments for vitest), and the matrix. */
  | { readonly help: false; readonly own: readonly string[] | undefined; readonly matrix: MatrixOptions | undefined };

export const usage = `npm run e2e -- interop [options] [MODULE…] [-- arguments for pytest]

Without options: our own tests, then ipyparallel's suite against our controller in the settings of every day.

  --own [ARGUMENT…]  only our own tests; arguments are for vitest
  --matrix           only the suite
  --all              the suite in every setting, with Python's controller in the same run (an hour)
  --setting NAME     the suite in this setting; may be given several times
  MODULE…            the suite, these modules of it, in the setting plain when none is named
  --beside           Python's controller runs in every setting; else only in some, and is compared as recorded in the others
  --record           runs Python's controller only, where it does not run each time, and writes down what it does
  --jobs N           so many jobs at a time (${defaultWidth()} on this machine)
  --help             this text

Settings of every day: ${names(true)}
Others: ${names(false)}
Modules: ${moduleNames.join(' ')}`;

function names(everyDay: boolean): string {
  return settings
    .filter((setting) => setting.everyDay === everyDay)
    .map(({ name }) => name)
    .join(' ');
}

/** The suite mostly waits: half a core a job. */
function defaultWidth(): number {
  return Math.max(2, Math.min(16, 2 * availableParallelism()));
}

/** Throws an Error that says what there is, for what cannot be. */
export function parseArguments(argv: readonly string[]): Asked {
  if (argv[0] === '--own') return { help: false, own: argv.slice(1), matrix: undefined };
  const end = argv.indexOf('--');
  const { values, positionals } = parseArgs({
    args: argv.slice(0, end < 0 ? undefined : end),
    allowPositionals: true,
    options: {
      own: { type: 'boolean', default: false },
      matrix: { type: 'boolean', default: false },
      all: { type: 'boolean', default: false },
      setting: { type: 'string', multiple: true, default: [] },
      beside: { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
      jobs: { type: 'string', default: String(defaultWidth()) },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return { help: true };
  const pytestArguments = end < 0 ? [] : argv.slice(end + 1);
  for (const name of positionals)
    if (!moduleNames.includes(name))
      throw new Error(`There is no module '${name}'. There are: ${moduleNames.join(', ')}.`);
  if (values.own) throw new Error('--own stands first: what follows it is for vitest.');
  if (values.record && (positionals.length > 0 || pytestArguments.length > 0))
    throw new Error('--record writes down whole settings: give neither modules nor arguments for pytest.');
  if (values.all && values.setting.length > 0)
    throw new Error('--all is every setting: give it or --setting, not both.');
  const chosen = choose(values.setting, values.all, positionals.length > 0).filter(
    // What runs beside each time needs no recording, unless it is named.
    ({ beside }) => !values.record || !beside || values.setting.length > 0,
  );
  const matrixOnly = values.matrix || values.record || values.setting.length > 0 || positionals.length > 0;
  return {
    help: false,
    own: matrixOnly || pytestArguments.length > 0 ? undefined : [],
    matrix: {
      settings: chosen,
      modules: positionals,
      pytestArguments,
      beside: values.beside || values.all,
      record: values.record,
      width: widthOf(values.jobs),
    },
  };
}

function choose(wanted: readonly string[], all: boolean, someModules: boolean): readonly Setting[] {
  if (all) return settings;
  const byName = (name: string): Setting => {
    const setting = settings.find((one) => one.name === name);
    if (setting) return setting;
    throw new Error(`There is no setting '${name}'. There are: ${settings.map((one) => one.name).join(', ')}.`);
  };
  if (wanted.length > 0) return [...new Set(wanted)].map(byName);
  return someModules ? [byName('plain')] : settings.filter(({ everyDay }) => everyDay);
}

function widthOf(text: string): number {
  const width = Number(text);
  if (Number.isInteger(width) && width >= 1 && width <= 64) return width;
  throw new Error(`--jobs is ${text}, expected a whole number from 1 to 64.`);
}
