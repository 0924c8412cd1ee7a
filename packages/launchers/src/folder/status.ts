// The script that tells how launches are.
import { folderOf, scriptOf } from './prelude.ts';
import { rankMark } from './rank.ts';

const report = `
# ID FOLDER
report() {
  if [ ! -d "$2" ]; then say launch "$1" absent; return; fi
  if runs "$2"; then say launch "$1" running
  elif [ -s "$2/exit" ]; then read -r muster_status <"$2/exit"; say launch "$1" ended "$muster_status"
  elif [ -s "$2/pid" ]; then say launch "$1" lost; tell_log "$@"; return
  elif is_new "$2"; then say launch "$1" starting; return
  else say launch "$1" interrupted; return
  fi
  [ -s "$2/log" ] || return
  muster_ranks=$(grep -a ${`'^${rankMark} '`} "$2/log")
  [ -z "$muster_ranks" ] || printf '%s\\n' "$muster_ranks" | tail -n 40000 | sed "s/^/@muster rank $1 /"
  runs "$2" && case $muster_ranks in *' ended '*) ;; *) return ;; esac
  tell_log "$@"
}
tell_log() {
  [ ! -s "$2/log" ] || tail -c 2200 "$2/log" | grep -av ${`'^${rankMark} '`} | sed "s/^/@muster log $1 /"
}
`;

/** Says `launch ID STATE [STATUS]`, `rank ID …` and `log ID LINE`. */
export const statusScript = (ids: readonly string[]): string =>
  scriptOf(`${report}\n${ids.map((id) => `report ${id} ${folderOf(id)}`).join('\n')}`);
