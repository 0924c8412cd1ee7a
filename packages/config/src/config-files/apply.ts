// A config file against a table.
import { MusterError } from '@muster/protocol';
import { acceptData } from '../accept.ts';
import { ancestorsOf, isAppClass, ownerOf } from '../class-tree.ts';
import type { Found, Names } from '../names.ts';
import { namesOf, split } from '../names.ts';
import type { ParseOptions } from '../parse.ts';
import type { Setting, SettingsTable } from '../settings.ts';
import { oldName, type Target } from '../target.ts';
import { isOriginal, nearest } from '../unknown-names.ts';
import { type ConfigFile, type ConfigFileContent, type NamedValue, placeOf } from './config-file.ts';

/** With what reads it. */
export const asConfigFile = (content: ConfigFileContent): ConfigFile => ({
  path: content.path,
  applyTo: (table, options, target) => applyFile(table, content, options, target),
});

function applyFile(table: SettingsTable, file: ConfigFileContent, options: ParseOptions, target: Target): void {
  const names = namesOf(table);
  const put = target.from('file');
  for (const named of file.settings) {
    const found = findInFile(names, named.name);
    if (found.length === 0) {
      const warning = passOver(file, named, names, options);
      if (warning !== undefined) target.warnings.push(warning);
    } else if (isForCommand(named.name, options)) {
      const where = placeOf(file, named);
      const settings = found.map(({ key }) => table[key] as Setting);
      target.warnings.push(...cautions(file, where, named.name, settings, found));
      for (const [i, setting] of settings.entries()) {
        if (file.isOfProfile && setting.outsideProfile) continue;
        put(found[i]!.key, acceptData(setting, named.value, where), found[i]!.rank);
      }
    }
  }
}

const findInFile = (names: Names, name: string): readonly Found[] => {
  const key = names.flags.get(name.replaceAll('_', '-'));
  return key === undefined ? names.find(name) : [{ key, rank: 0 }];
};

/** What is set for IPClusterStart holds for no other command of ipcluster, but what is set for IPClusterEngines for both. */
function isForCommand(name: string, { appClass }: ParseOptions): boolean {
  const [className] = split(name);
  if (appClass === undefined || !/^IPCluster(?!App$)\w/.test(className) || !isAppClass(className)) return true;
  return className === appClass || ancestorsOf(appClass).has(className);
}

function cautions(
  file: ConfigFileContent,
  where: string,
  name: string,
  settings: readonly Setting[],
  found: readonly Found[],
): string[] {
  const place = where.slice(0, -name.length);
  const lines = found[0]?.instead === undefined ? [] : [oldName(place, name, found[0])];
  if (file.isOfProfile && settings.every((setting) => setting.outsideProfile))
    lines.push(`${where} has no effect in a config file of a profile.`);
  if (file.isExposed && settings.some((setting) => setting.type === 'text' && setting.secret))
    lines.push(`${where} is a secret, and others can read this file: chmod 600 ${file.path}`);
  return lines;
}

/** A warning, or nothing, for a name that the table does not have; throws for one that nobody has. */
function passOver(file: ConfigFileContent, named: NamedValue, names: Names, options: ParseOptions): string | undefined {
  const siblings = (options.siblings ?? []).map(namesOf);
  if (siblings.some((one) => findInFile(one, named.name).length > 0)) return undefined;
  const owner = ownerOf(split(named.name)[0]);
  if (options.program !== undefined && owner !== undefined && owner !== options.program) return undefined;
  const where = placeOf(file, named);
  if (isOriginal(named.name)) return `${where} has no effect here.`;
  const near = nearest(named.name, [names, ...siblings]);
  throw new MusterError(
    'bad_config',
    `${where.slice(0, -named.name.length)}there is no setting ${named.name}.${near === undefined ? '' : ` Did you mean ${near}?`}`,
    'See --help-all for every setting.',
  );
}
