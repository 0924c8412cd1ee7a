// The script that starts launches: each one process in a session of its own, which outlives the connection and whoever asked
// for it. Beside it stays the small shell that started it, which notes how it ended.
import { began, folderOf, launchVariable, scriptOf } from './prelude.ts';
import { quote, quoteAll, quotePath } from './shell.ts';

export interface StartOrder {
  readonly id: string;
  readonly command: readonly string[];
  /** Taken on a machine that lacks what `command` begins with: a name on PATH in place of its first words. */
  readonly otherwise?: { readonly program: string; readonly words: number } | undefined;
  /** Set for the process. May be secret. */
  readonly env: Readonly<Record<string, string>>;
  /** Set as well: paths, which may begin with ~/. */
  readonly paths?: Readonly<Record<string, string>> | undefined;
  readonly workDir?: string | undefined;
  /** Where the log shall be found besides, in a folder that is there; may begin with ~/. */
  readonly logFile?: string | undefined;
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
# What a shell starts in the background ignores interrupts, with all that it starts itself.
if env --default-signal=INT,QUIT true 2>/dev/null; then set -- env --default-signal=INT,QUIT "$@"; fi
sh -c 'echo $$ >"$0/main.new"; mv "$0/main.new" "$0/main"; exec "$@"' "$folder" "$@" </dev/null >>"$folder/log" 2>&1
echo $? >"$folder/exit.new"
mv "$folder/exit.new" "$folder/exit"
`;

/** Shell: sets the positional parameters, or fails. What begins with the Node of this machine needs its file, too. */
function chooseProgram({ command, otherwise }: StartOrder): string {
  const missing = `fail there is no program ${quote(command[0]!)}`;
  const isThere = `command -v ${quote(command[0]!)} >/dev/null 2>&1`;
  if (otherwise === undefined) return `${isThere} || ${missing}\nset -- ${quoteAll(command)}`;
  const { program, words } = otherwise;
  const files = command.slice(1, words).filter((word) => word.startsWith('/'));
  const condition = [isThere, ...files.map((file) => `[ -e ${quote(file)} ]`)].join(' && ');
  return `if ${condition}; then set -- ${quoteAll(command)}
elif command -v ${quote(program)} >/dev/null 2>&1; then set -- ${quoteAll([program, ...command.slice(words)])}
else fail there is no program ${quote(program)} on PATH "($PATH)"; fi`;
}

const startOne = (order: StartOrder): string => {
  const { id, env, paths = {}, workDir, logFile, before } = order;
  const variables = Object.entries({ ...env, [launchVariable]: id }).map(([name, value]) => [name, quote(value)]);
  const places = Object.entries(paths).map(([name, path]) => [name, quotePath(path)]);
  return `(
folder=${folderOf(id)}
if [ -d "$folder" ]; then say exists; exit 0; fi
${workDir === undefined ? '' : `cd ${quotePath(workDir)} 2>/dev/null || fail there is no folder ${quote(workDir)}`}
${chooseProgram(order)}
mkdir -p "$launches" && chmod 700 "$HOME/.muster" "$launches" || fail "$launches cannot be made"
mkdir "$folder" 2>/dev/null || {
  [ -d "$folder" ] || fail "$folder cannot be made"
  say exists; exit 0
}
printf %s ${quote(noteTaker)} >"$folder/run" || { rm -rf "$folder"; fail "$folder cannot be written to"; }
${logFile === undefined ? '' : `: >>${quotePath(logFile)} && ln -s ${quotePath(logFile)} "$folder/log" || :`}
[ -z "\${muster_put-}" ] || printf '%s\\n' "$muster_put" >"$folder/put"
(
  ${[...variables, ...places].map(([name, value]) => `export ${name}=${value}`).join('\n  ')}
  ${before ?? ':'}
  if command -v setsid >/dev/null; then exec setsid sh "$folder/run" "$folder" "$@"; fi
  exec nohup sh "$folder/run" "$folder" "$@"
) </dev/null >/dev/null 2>&1 &
waited=0
until [ -s "$folder/main" ] || [ $waited -ge 100 ]; do sleep 0.1; waited=$((waited + 1)); done
say started
[ ! -s "$folder/main" ] || say main ${id} "$(cat "$folder/main")"
)
`;
};

/**
 * Says `exists` or `started`, and `main ID PID`, for each; or `failed WHY`, and what failed leaves nothing. `first` is shell that
 * comes before; a file whose path it leaves in muster_put goes with the launches.
 */
export const startScript = (orders: readonly StartOrder[], first = ''): string =>
  scriptOf(`${first}\n${orders.map(startOne).join('')}`);
