// Settings as tables: one entry a setting, from which flags, environment, config files, types, help and documents come.
import type { Json, JsonObject } from '@muster/protocol';

interface SettingBase {
  /** Canonical name `Class.trait`; `--Class.trait=v` sets it. */
  readonly name: string;
  /** Other `Class.trait` names with the same meaning, e.g. those of older documents. */
  readonly otherNames?: readonly string[];
  /** `Class.trait` names that still work, with a warning that says the name of today. */
  readonly deprecatedNames?: readonly string[];
  /** Short options without dashes: `ip` for `--ip`, `n` for `-n`. */
  readonly flags?: readonly string[];
  /** Options that take no value and set this one: `{ nodb: 'NoDB' }` makes `--nodb` set it to NoDB. */
  readonly switches?: Readonly<Record<string, string | number | boolean>>;
  /** Environment variable, read when no option is given. */
  readonly env?: string;
  /** One or two sentences: meaning, and what a special value does. */
  readonly description: string;
  /** Unit of a number: ms, s, bytes, tasks. */
  readonly unit?: string;
  /** Heading in the help. Default: General. */
  readonly group?: string;
  /** Shown by --help-all only. */
  readonly advanced?: boolean;
  /** How the value is called in the help, e.g. `FILE`. Default: by type. */
  readonly placeholder?: string;
  /** Taken as any other, but in no list: another setting's description tells of it. */
  readonly unlisted?: true;
  /** It says where the files of a profile are: in those files it has no meaning. */
  readonly outsideProfile?: true;
}

interface TextSetting extends SettingBase {
  readonly type: 'text';
  readonly default: string | null;
  /**
   * Refused as an option, where every user of the machine could read it: taken from the environment or a file only. `warned`:
   * taken with a warning, where the original takes it so.
   */
  readonly secret?: true | 'warned';
}
interface NumberSetting extends SettingBase {
  /** `integer` refuses fractions. */
  readonly type: 'integer' | 'number';
  readonly default: number | null;
  readonly min?: number;
  readonly max?: number;
}
interface BooleanSetting extends SettingBase {
  readonly type: 'boolean';
  readonly default: boolean;
}
interface ChoiceSetting extends SettingBase {
  readonly type: 'choice';
  readonly choices: readonly string[];
  readonly default: string | null;
  /** Other spellings of a choice: `{ '10': 'debug' }`. Case does not matter in choices and spellings. */
  readonly spellings?: Readonly<Record<string, string>>;
}
interface PortsSetting extends SettingBase {
  /** Ports and ranges: `10101-10105,10108`. */
  readonly type: 'ports';
  readonly default: readonly number[];
}
interface WordsSetting extends SettingBase {
  /** Words of a command line: split at spaces, quotes as in a shell, or a JSON list of texts. */
  readonly type: 'words';
  readonly default: readonly string[];
}

interface ListSetting extends SettingBase {
  /** Texts: a list in a config file; as options one each time it is given, words, or a JSON list. */
  readonly type: 'list';
  readonly default: readonly string[];
}
interface MapSetting extends SettingBase {
  /** Plain data, an object or a list; as an option in JSON, or as Python writes it. */
  readonly type: 'map';
  /** Its type is that of the value: `{} as Readonly<Record<string, number>>`. */
  readonly default: object | null;
  /** What is wrong with a value, to stand after its name: `needs a number for each host`; undefined: nothing. */
  readonly check?: (value: JsonObject | Json[]) => string | undefined;
}

export type Setting =
  | TextSetting
  | NumberSetting
  | BooleanSetting
  | ChoiceSetting
  | PortsSetting
  | WordsSetting
  | ListSetting
  | MapSetting;

/** Settings by the key under which a program finds the value: `values.ip`. Write tables `as const satisfies SettingsTable`. */
export type SettingsTable = Readonly<Record<string, Setting>>;

type Raw<S extends Setting> = S extends ChoiceSetting
  ? S['choices'][number]
  : S extends BooleanSetting
    ? boolean
    : S extends NumberSetting
      ? number
      : S extends PortsSetting
        ? readonly number[]
        : S extends WordsSetting | ListSetting
          ? readonly string[]
          : S extends MapSetting
            ? NonNullable<S['default']>
            : string;

/** Type of a setting's value: null is possible exactly when the default is null. */
export type SettingValue<S extends Setting> = null extends S['default'] ? Raw<S> | null : Raw<S>;

/** Types of the values of a table. */
export type SettingsOf<T extends SettingsTable> = { readonly [K in keyof T]: SettingValue<T[K]> };

/** The values when nothing is given. */
export const defaultsOf = <T extends SettingsTable>(table: T): SettingsOf<T> =>
  Object.fromEntries(Object.entries(table).map(([key, setting]) => [key, setting.default])) as SettingsOf<T>;
