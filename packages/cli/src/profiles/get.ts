// muster get: the profiles of a folder, and how far each is.
import type { SettingsOf } from '@muster/config';
import type { ProfilesFolder } from './folder.ts';
import { findProfile, openFolder, warnWhenUnattended } from './folder.ts';
import type { getSettings } from './settings.ts';

/** One profile as `--json` prints it. */
interface Shown {
  readonly name: string;
  readonly launcher: string;
  readonly desired: number;
  readonly launched: number;
  readonly registered: number;
  /** True, False or Unknown. */
  readonly ready: string;
  readonly message: string;
  readonly ageS: number | null;
  readonly file: string | null;
  readonly conditions: readonly unknown[];
  readonly launches: readonly unknown[];
}

export async function getProfiles(
  values: SettingsOf<typeof getSettings>,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const folder = await openFolder(values, env);
  const nowMs = Date.now();
  const names = words.length === 0 ? folder.names() : words;
  const shown = names.map((name) => show(folder, name, nowMs));
  if (values.json) process.stdout.write(`${JSON.stringify(shown)}\n`);
  else if (shown.length > 0) process.stdout.write(formatTable(shown));
  else process.stderr.write(`There are no profiles in ${folder.path}. Make one: muster apply -f FILE\n`);
  for (const { problem } of folder.files) if (problem !== '') process.stderr.write(`${problem}\n`);
  warnWhenUnattended(folder, nowMs);
  return 0;
}

function show(folder: ProfilesFolder, name: string, nowMs: number): Shown {
  const state = folder.stateOf(name);
  if (state === undefined) findProfile(folder, name);
  const found = folder.find(name);
  const spec = found?.profile.spec ?? state!.spec;
  const { launched = 0, registered = 0, conditions = [], launches = [] } = state?.status ?? {};
  const ready = conditions.find(({ type }) => type === 'Ready');
  const isBroken = folder.files.some(({ file, problem }) => file === state?.file && problem !== '');
  const message = found === undefined && !isBroken ? 'It is deleted; its engines are being ended.' : ready?.message;
  return {
    name,
    launcher: Object.keys(spec.launcher)[0] ?? '',
    desired: spec.engines,
    launched,
    registered,
    ready: ready?.status ?? 'Unknown',
    message: message ?? 'No operator has looked at it yet.',
    ageS: state === undefined ? null : Math.max(0, Math.round((nowMs - state.createdAtMs) / 1000)),
    file: found?.file.file ?? (isBroken ? state!.file : null),
    conditions,
    launches,
  };
}

/** Messages stand last, as far as one line goes. */
const longestMessage = 100;

export function formatTable(shown: readonly Shown[]): string {
  const head = ['NAME', 'LAUNCHER', 'DESIRED', 'LAUNCHED', 'REGISTERED', 'READY', 'AGE', 'MESSAGE'];
  const rows = shown.map((profile) => [
    profile.name,
    profile.launcher,
    ...[profile.desired, profile.launched, profile.registered].map(String),
    profile.ready,
    profile.ageS === null ? '' : formatAge(profile.ageS),
    shorten(profile.message.replace(/\s+/g, ' ')),
  ]);
  const table = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...table.map((row) => row[i]!.length)));
  return table
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

const shorten = (text: string): string =>
  text.length > longestMessage ? `${text.slice(0, longestMessage - 1)}…` : text;

/** As kubectl shows it: 45s, 12m, 5h, 3d. */
function formatAge(seconds: number): string {
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}
