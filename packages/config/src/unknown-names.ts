// Names that a table does not have: a warning for what ipyparallel knows and we do not need, else "did you mean".
import { MusterError } from '@muster/protocol';
import type { Names } from './names.ts';
import { split } from './names.ts';
import { originalClasses, originalFlags, originalTraits, pythonClasses } from './original-names.ts';
import { suggest } from './suggest.ts';

/** The warning for an option without meaning here, whose value is used up; throws `unknown_option` for what nobody knows. */
export function ignoreOption(name: string, attached: string | undefined, value: () => string, names: Names): string {
  const [className] = split(name);
  if (className !== '') {
    const near = isMisspelt(name, names);
    if (near !== undefined) throw unknownOption(name, near.meant);
    if (attached === undefined) value();
    return `--${name} has no effect here.`;
  }
  const takesValue = Object.hasOwn(originalFlags, name) ? originalFlags[name] : undefined;
  if (takesValue === undefined) {
    const known = [...names.flags.keys(), ...names.switches.keys()].filter((flag) => flag.length > 1);
    throw unknownOption(name, suggest(name, known));
  }
  if (takesValue && attached === undefined) value();
  return `--${name} has no effect here.`;
}

/** On a command line a class that nobody knows, nor anything like it, may be that of a launcher or kernel of one's own. */
function isMisspelt(name: string, names: Names): { readonly meant: string | undefined } | undefined {
  const [className, trait] = split(name);
  if (pythonClasses.has(className)) return undefined;
  if (names.classes.has(className))
    return originalTraits.has(trait) ? undefined : { meant: suggest(name, [...names.traits.keys()]) };
  if (originalClasses.has(className)) return undefined;
  const near = suggest(className, [...names.classes]);
  return near === undefined ? undefined : { meant: `${near}.${trait}` };
}

const unknownOption = (name: string, near: string | undefined): MusterError =>
  new MusterError(
    'unknown_option',
    `There is no option --${name}.${near === undefined ? '' : ` Did you mean --${near}?`}`,
    near === undefined ? undefined : 'See --help, or --help-all for every option.',
  );

/** Does ipyparallel have such a setting? */
export const isOriginal = (name: string): boolean => {
  const [className, trait] = split(name);
  return pythonClasses.has(className) || (originalClasses.has(className) && originalTraits.has(trait));
};

/** The known name that is meant by one in a file. */
export function nearest(name: string, tables: readonly Names[]): string | undefined {
  const [className, trait] = split(name);
  const known = tables.flatMap((names) => [...(className === '' ? names.flags : names.traits).keys()]);
  // The same setting of another class is nearer than any spelling.
  const sameTrait = className === '' ? [] : known.filter((one) => split(one)[1] === trait);
  return suggest(name, known) ?? suggest(name, sameTrait) ?? sameTrait[0];
}
