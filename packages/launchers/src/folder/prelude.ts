// What all scripts begin with. A launch has a folder on its site; making the folder is what makes the launch, so the same
// launch cannot be started twice. All that a script tells stands in lines that begin with @muster: what the user's start
// files print does not matter.
import { checkLaunchId } from '../engine-program.ts';
import { wholeScript } from './shell.ts';

/** Relative to the home folder. */
export const launchesFolder = '.muster/launches';

/** Shell: when a process began, which no other process with its number shares; nothing for one that is gone. */
export const began = `began() {
  if [ -r /proc/self/stat ]; then
    { read -r muster_stat <"/proc/$1/stat"; } 2>/dev/null || return 1
    { read -r muster_boot </proc/sys/kernel/random/boot_id; } 2>/dev/null || muster_boot=0
    set -- \${muster_stat##*) }
    case $1 in Z | X) return 1 ;; esac
    echo "$muster_boot-\${20}"
  else
    ps -o lstart= -p "$1" 2>/dev/null
  fi
}`;

const functions = `
umask 077
say() { printf '@muster %s\\n' "$*"; }
fail() { say failed "$*"; exit 0; }
[ -n "\${HOME:-}" ] || fail the user has no home folder
launches=$HOME/${launchesFolder}

${began}
# Does the process of that launch run?
runs() {
  [ -s "$1/pid" ] && read -r muster_pid muster_began <"$1/pid" && [ "$(began "$muster_pid")" = "$muster_began" ]
}
# Was it made within the last minute or two? Then whoever makes it may still be at it.
is_new() { [ -n "$(find "$1" -prune -mmin -2 2>/dev/null)" ]; }
`;

/** A whole script around a body that can use the functions above. It says \`done\` when it came to its end. */
export const scriptOf = (body: string): string => wholeScript(`${functions}\n${body.trim()}\nsay done`);

/** Variable of every process of a launch: by it they are found, in whatever sessions they are. */
export const launchVariable = 'MUSTER_LAUNCH';

/** The shell's word for the folder of a launch. Throws MusterError `bad_option` for what cannot be an id. */
export function folderOf(id: string): string {
  checkLaunchId(id);
  return `"$launches"/${id}`;
}
