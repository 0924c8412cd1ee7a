// The script that starts a launch: one process in a session of its own, which outlives the connection and whoever asked
// for it. Beside it stays the small shell that started it, which notes how it ended.
import { began, folderOf, launchVariable, scriptOf } from './prelude.ts';
import { quote, quoteAll, quotePath } from './shell.ts';

export interface StartOrder {
  readonly id: string;
  readonly command: readonly string[];
  /** Set for the process. May be secret. */
  readonly env: Readonly<Record<string, string>>;
  readonly workDir?: string | undefined;
  /** More of the shell, run in the process's environment just before it starts; may change the positional parameters. */
  readonly before?: string | undefined;
}

// A signal to the whole group must not end the note-taker: it waits until its child is gone. (A trap, unlike ignoring,
// is not inherited.)
const noteTaker = `
trap : TERM INT HUP
folder=$1
shift
${began}
echo "$$ $(began $$)" >"$folder/pid.new"
mv "$folder/pid.new" "$folder/pid"
"$@" </dev/null >>"$folder/log" 2>&1
echo $? >"$folder/exit.new"
mv "$folder/exit.new" "$folder/exit"
`;

/** Says `exists`, `started` or `failed WHY`; a start that failed leaves nothing. */
export function startScript({ id, command, env, workDir, before }: StartOrder): string {
  const variables = { ...env, [launchVariable]: id };
  return scriptOf(`
folder=${folderOf(id)}
if [ -d "$folder" ]; then say exists; say done; exit 0; fi
${workDir === undefined ? '' : `cd ${quotePath(workDir)} 2>/dev/null || fail there is no folder ${quote(workDir)}`}
command -v ${quote(command[0]!)} >/dev/null 2>&1 || fail there is no program ${quote(command[0]!)}
mkdir -p "$launches" && chmod 700 "$HOME/.muster" "$launches" || fail "$launches cannot be made"
mkdir "$folder" 2>/dev/null || {
  [ -d "$folder" ] || fail "$folder cannot be made"
  say exists; say done; exit 0
}
printf %s ${quote(noteTaker)} >"$folder/run" || { rm -rf "$folder"; fail "$folder cannot be written to"; }
set -- ${quoteAll(command)}
(
  ${Object.entries(variables)
    .map(([name, value]) => `export ${name}=${quote(value)}`)
    .join('\n  ')}
  ${before ?? ':'}
  if command -v setsid >/dev/null; then exec setsid sh "$folder/run" "$folder" "$@"; fi
  exec nohup sh "$folder/run" "$folder" "$@"
) </dev/null >/dev/null 2>&1 &
waited=0
until [ -s "$folder/pid" ] || [ $waited -ge 100 ]; do sleep 0.1; waited=$((waited + 1)); done
say started
`);
}
