// The script that ends launches and forgets them: first as their own programs wish, then by force, with all that they left
// anywhere on the machine.
import { folderOf, launchVariable, scriptOf } from './prelude.ts';

const functions = `
# All processes of the launch: its group, and whoever has the variable that they inherit, where the system shows it.
members() {
  ! runs "$folder" || echo "-$muster_pid"
  [ -r /proc/self/environ ] || return 0
  grep -lsazFx "${launchVariable}=$id" /proc/[0-9]*/environ | while read -r muster_file; do
    muster_member=\${muster_file#/proc/}
    muster_member=\${muster_member%/environ}
    ! began "$muster_member" >/dev/null || echo "$muster_member"
  done
}
wait_until_gone() {
  muster_rounds=0
  while [ -n "$(members)" ] && [ $muster_rounds -lt $1 ]; do sleep 0.1; muster_rounds=$((muster_rounds + 1)); done
  [ -z "$(members)" ]
}
# The note-taker stays; its child, the engine or mpiexec, ends what it started in its own order.
ask_to_end() {
  if runs "$folder"; then
    muster_children=$(cat "/proc/$muster_pid/task/$muster_pid/children" 2>/dev/null)
    kill -s TERM -- \${muster_children:--$muster_pid} 2>/dev/null
  else
    muster_left=$(members)
    [ -z "$muster_left" ] || kill -s TERM -- $muster_left 2>/dev/null
  fi
}
# ID FOLDER
begin_end() {
  id=$1 folder=$2
  [ -d "$folder" ] || return 0
  waited=0
  while [ ! -s "$folder/pid" ] && is_new "$folder" && [ $waited -lt 50 ]; do sleep 0.1; waited=$((waited + 1)); done
  ask_to_end
}
finish_end() {
  id=$1 folder=$2
  [ -d "$folder" ] || return 0
  while runs "$folder" && [ $patience -gt 0 ]; do sleep 0.1; patience=$((patience - 1)); done
  # What its program left gets a moment more, to report its end for example.
  wait_until_gone 10 || {
    kill -s KILL -- $(members) 2>/dev/null
    wait_until_gone 50 || fail "its processes do not end:" $(members)
  }
  if [ -s "$folder/put" ]; then read -r muster_put <"$folder/put"; rm -f "$muster_put"; fi
  rm -rf "$folder" || fail "$folder cannot be removed"
}
# All of them together have five seconds.
patience=50
`;

/** Says `failed WHY` when something is left. */
export const removeScript = (ids: readonly string[]): string => {
  const each = (step: string): string => ids.map((id) => `${step} ${id} ${folderOf(id)}`).join('\n');
  return scriptOf(`${functions}\n${each('begin_end')}\n${each('finish_end')}`);
};
