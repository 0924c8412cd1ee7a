// Reads settings of a launcher for a role: what stands at the role's own class wins over what stands at the class of the system.
import type { Json, JsonObject } from '@muster/protocol';
import type { LauncherContext, LaunchSpec } from './port.ts';
import { launcherClasses } from './settings.ts';

/** In place of what settings say. */
interface OwnCommand {
  readonly program?: readonly string[] | undefined;
  readonly args?: readonly string[] | undefined;
}

export interface RoleSettings {
  /** "" when it is not given. */
  text(option: string): string;
  /** [] when it is not given. */
  words(option: string): readonly string[];
  /** Undefined when it is not given: an empty list or object is something. */
  plain<T extends JsonObject | Json[]>(option: string): T | undefined;
  flag(option: string): boolean;
  /** Where an option stands, for messages: `PBSEngineSetLauncher.queue`. */
  nameOf(option: string): string;
  /** What is started: the program that the launcher has for this role, if any, and its arguments behind all others. */
  commandOf(spec: LaunchSpec, own?: OwnCommand): readonly [string, ...string[]];
  /** Has the launcher a program of its own for this role? */
  readonly hasProgram: boolean;
}

export function readRole(stem: string, { role, values }: Pick<LauncherContext, 'role' | 'values'>): RoleSettings {
  const classes = launcherClasses(stem);
  const namesOf = (option: string): string[] => [`${classes[role]}.${option}`, `${classes.base}.${option}`];
  const isGiven = (value: unknown): boolean =>
    value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);
  const find = (option: string): unknown =>
    namesOf(option)
      .map((name) => values[name])
      .find(isGiven);
  const words = (option: string): readonly string[] => (find(option) as readonly string[] | undefined) ?? [];
  return {
    words,
    text: (option) => (find(option) as string | undefined) ?? '',
    plain: <T>(option: string) =>
      namesOf(option)
        .map((name) => values[name])
        .find((value) => value !== undefined && value !== null) as T | undefined,
    flag: (option) => find(option) === true,
    nameOf: (option) => namesOf(option).find((name) => isGiven(values[name])) ?? namesOf(option)[1]!,
    commandOf: (
      { command, programWords = 1 },
      { program = words(`${role}_cmd`), args = words(`${role}_args`) } = {},
    ) => {
      const first = program.length > 0 ? program : command.slice(0, programWords);
      return [...first, ...command.slice(programWords), ...args] as [string, ...string[]];
    },
    hasProgram: words(`${role}_cmd`).length > 0,
  };
}
