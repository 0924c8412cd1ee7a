// muster profile show: what the programs would take that is not the default.
import { type ConfigProgram, configPrograms, parseWithProfile, type Setting, type SettingsOf } from '@muster/config';
import { chooseExisting } from './choose.ts';
import type { showSettings } from './settings.ts';
import { tablesOf } from './tables.ts';

interface ShownSetting {
  readonly program: ConfigProgram;
  readonly name: string;
  readonly value: unknown;
  /** Path of the config file, or `$NAME`. */
  readonly from: string;
}

/** Throws MusterError `bad_config` for a config file that a program would refuse. */
export async function showProfile(
  values: SettingsOf<typeof showSettings>,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const { dir, label } = chooseExisting(values, words, env);
  const shown: ShownSetting[] = [];
  for (const program of configPrograms) {
    const { settings, warnings } = await settingsOf(program, dir, env);
    shown.push(...settings);
    for (const warning of warnings) process.stderr.write(`muster profile show: ${warning}\n`);
  }
  process.stdout.write(values.json ? `${JSON.stringify(shown)}\n` : format(label, dir, shown));
  return 0;
}

async function settingsOf(program: ConfigProgram, dir: string, env: NodeJS.ProcessEnv) {
  const { main, others, appClass } = await tablesOf[program]();
  const options = { program, siblings: others, ...(appClass !== undefined && { appClass }) };
  const { values, given, files, warnings } = await parseWithProfile(main, [`--profile-dir=${dir}`], env, options);
  const settings = Object.entries(main).flatMap(([key, setting]): ShownSetting[] => {
    const source = given[key];
    if (source === undefined || source === 'option' || setting.outsideProfile || isDefault(setting, values[key]))
      return [];
    const from = source === 'environment' ? `$${setting.env}` : (files.at(-1) ?? '');
    return [{ program, name: setting.name, value: isSecret(setting) ? '(secret)' : values[key], from }];
  });
  return { settings, warnings };
}

const isDefault = (setting: Setting, value: unknown): boolean =>
  JSON.stringify(setting.default) === JSON.stringify(value);

const isSecret = (setting: Setting): boolean => setting.type === 'text' && setting.secret !== undefined;

function format(label: string, dir: string, shown: readonly ShownSetting[]): string {
  if (shown.length === 0) return `Profile ${label} (${dir}) sets nothing: everything has its default.\n`;
  const lines = [...Map.groupBy(shown, ({ program }) => program)].flatMap(([program, settings]) => [
    `${program}:`,
    ...[...Map.groupBy(settings, ({ from }) => from)].flatMap(([from, members]) => [
      `  from ${from}`,
      ...members.map(({ name, value }) => `    ${name} = ${JSON.stringify(value)}`),
    ]),
  ]);
  return `${lines.join('\n')}\n`;
}
