// What the command lines of the benches have in common. Pure.
import { parseArgs } from 'node:util';

type Option =
  | { readonly type: 'string'; readonly default?: string }
  | { readonly type: 'boolean'; readonly default: boolean };
/** What `parseArgs` gives for options. */
export type Values<O> = {
  readonly [K in keyof O]: O[K] extends { type: 'boolean' }
    ? boolean
    : O[K] extends { default: string }
      ? string
      : string | undefined;
};

export const text = { type: 'string' } as const;
export const textOr = <T extends string>(value: T) => ({ type: 'string', default: value }) as const;
export const flag = { type: 'boolean', default: false } as const;

/** Reads the options by `read`, which may throw Errors; says what is wrong, or the help, and ends the program where there is nothing to run. */
export function readCommandLine<const O extends Record<string, Option>, T>(
  bench: string,
  help: string,
  options: O,
  read: (values: Values<O>) => T,
  argv: readonly string[] = process.argv.slice(2),
): T {
  try {
    const { values } = parseArgs({ args: [...argv], options: { ...options, help: flag } });
    if (!('help' in values && values.help === true)) return read(values as unknown as Values<O>);
  } catch (error) {
    console.error(`${(error as Error).message}\nnpm run bench -- ${bench} --help says what there is.`);
    process.exit(2);
  }
  console.log(help);
  process.exit(0);
}

/** Elements of a list with commas. Throws for those that are not known. */
export function listOf<T extends string>(name: string, value: string, known: readonly T[]): T[] {
  return value.split(',').map((one) => {
    const found = known.find((other) => other === one);
    if (found === undefined) throw new Error(`--${name} knows ${known.join(', ')}, not '${one}'.`);
    return found;
  });
}

export function whole(name: string, value: string): number {
  const number = Number(value);
  if (!(Number.isInteger(number) && number > 0))
    throw new Error(`--${name} needs whole numbers above 0, not '${value}'.`);
  return number;
}

export const wholes = (name: string, value: string): number[] => value.split(',').map((one) => whole(name, one));

export function positive(name: string, value: string): number {
  const number = Number(value);
  if (!(Number.isFinite(number) && number > 0)) throw new Error(`--${name} needs a number above 0, not '${value}'.`);
  return number;
}
