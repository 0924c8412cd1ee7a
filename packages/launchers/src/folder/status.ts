// The script that tells how launches are.
import { folderOf, scriptOf } from './prelude.ts';
import { rankMark } from './rank.ts';

/** Shell: `tell_ranks ID FOLDER` and `tell_log ID FOLDER` say what is in a log. */
export const tellLog = `
tell_ranks() {
  muster_ranks=
  [ -s "$2/log" ] || return 0
  muster_ranks=$(grep -a '^${rankMark} ' "$2/log")
  [ -z "$muster_ranks" ] || printf '%s\\n' "$muster_ranks" | tail -n 40000 | sed "s/^/@muster rank $1 /"
}
tell_log() {
  [ ! -s "$2/log" ] || tail -c 2200 "$2/log" | grep -av '^${rankMark} ' | sed "s/^/@muster log $1 /"
}
`;

const report = `
# ID FOLDER
report() {
  [ -d "$2" ] || { say launch "$1" absent; return; }
  if runs "$2"; then
    say launch "$1" running
    tell_ranks "$@"
    # The log of one that runs well is of no interest.
    case $muster_ranks in *' ended '*) tell_log "$@" ;; esac
    return
  fi
  if [ -s "$2/exit" ]; then read -r muster_status <"$2/exit"; say launch "$1" ended "$muster_status"
  elif [ -s "$2/pid" ]; then say launch "$1" lost
  elif is_new "$2"; then say launch "$1" starting
  else say launch "$1" interrupted
  fi
  tell_ranks "$@"
  tell_log "$@"
}
`;

/** Says `launch ID STATE [STATUS]`, `rank ID …` and `log ID LINE`. */
export const statusScript = (ids: readonly string[]): string =>
  scriptOf(`${tellLog}${report}${ids.map((id) => `report ${id} ${folderOf(id)}`).join('\n')}`);

/** Says `launch ID running`, whether it does or not, and `log ID LINE`. */
export const logScript = (ids: readonly string[]): string =>
  scriptOf(`${tellLog}${ids.map((id) => `say launch ${id} running\ntell_log ${id} ${folderOf(id)}`).join('\n')}`);
