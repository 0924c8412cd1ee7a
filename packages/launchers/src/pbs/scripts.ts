// The scripts that run where qsub is. The number of the job is noted there in the same breath in which qsub tells it;
// should even that be cut short, the job is found again by its name.
import { folderOf, scriptOf } from '../folder/prelude.ts';
import { quote, quoteAll } from '../folder/shell.ts';
import { tellLog } from '../folder/status.ts';
import { jobName } from './job.ts';

const functions = `
# NAME: the last job that is called so.
find_job() { qstat -f 2>/dev/null | awk -v name="$1" '/^Job Id:/ { job = $3 } $1 == "Job_Name" && $3 == name { print job }' | tail -n 1; }
# The number of a job in what qsub says.
read_job() { sed -n 's/^[[:space:]]*\\([0-9][0-9]*\\(\\[\\]\\)\\{0,1\\}\\(\\.[A-Za-z0-9_.-]*\\)\\{0,1\\}\\)[[:space:]]*$/\\1/p' "$1" | tail -n 1; }
`;

/** Says `exists`, `started` or `failed WHY`. */
export const submitScript = (id: string, job: string, args: readonly string[]): string =>
  scriptOf(`${functions}
folder=${folderOf(id)}
if [ -s "$folder/job-id" ]; then say exists; say done; exit 0; fi
command -v qsub >/dev/null 2>&1 || fail there is no program qsub
mkdir -p "$launches" && chmod 700 "$HOME/.muster" "$launches" || fail "$launches cannot be made"
mkdir "$folder" 2>/dev/null || {
  [ -d "$folder" ] || fail "$folder cannot be made"
  job=$(find_job ${jobName(id)})
  if [ -n "$job" ]; then echo "$job" >"$folder/job-id"; say exists; say done; exit 0; fi
  if is_new "$folder"; then say exists; say done; exit 0; fi
}
printf %s ${quote(job)} >"$folder/job" || { rm -rf "$folder"; fail "$folder cannot be written to"; }
cd "$HOME" || :
qsub ${quoteAll(args)} "$folder/job" >"$folder/qsub" 2>&1
status=$?
rm -f "$folder/job"
if [ $status -ne 0 ]; then
  answer=$(tr -s '[:cntrl:] ' ' ' <"$folder/qsub" | head -c 1000)
  rm -rf "$folder"
  fail "qsub refuses the job (status $status): $answer"
fi
read_job "$folder/qsub" >"$folder/job-id.new"
[ -s "$folder/job-id.new" ] || fail "qsub does not tell the number of the job, but: $(head -c 1000 "$folder/qsub" | tr -s '[:cntrl:] ' ' ')"
mv "$folder/job-id.new" "$folder/job-id"
say started
`);

/** Says `job ID NUMBER`, `launch ID absent|starting|interrupted`, `log …`, `qstat LINE` and `qstat-ended STATUS WHAT IT COMPLAINED OF`. */
export const statusScript = (ids: readonly string[]): string =>
  scriptOf(`${functions}
${tellLog}
jobs=
# ID FOLDER NAME
look() {
  if [ ! -d "$2" ]; then say launch "$1" absent; return; fi
  if [ -s "$2/job-id" ]; then read -r job <"$2/job-id"; else job=$(find_job "$3"); fi
  if [ -z "$job" ]; then
    if is_new "$2"; then say launch "$1" starting; else say launch "$1" interrupted; fi
    return
  fi
  say launch "$1" running
  say job "$1" "$job"
  jobs="$jobs $job"
  tell_ranks "$1" "$2"
  tell_log "$1" "$2"
}
${ids.map((id) => `look ${id} ${folderOf(id)} ${jobName(id)}`).join('\n')}
if [ -n "$jobs" ]; then
  complaints=$(mktemp) || fail no temporary file can be made
  qstat -f $jobs 2>"$complaints" | sed 's/^/@muster qstat /'
  printf '@muster qstat-says %s\\n' "$(tr -s '[:cntrl:] ' ' ' <"$complaints" | head -c 2000)"
  rm -f "$complaints"
fi
`);

/** Says \`failed WHY\` when the job is still there. */
export const removeScript = (id: string): string =>
  scriptOf(`${functions}
folder=${folderOf(id)}
# What qstat has as the state of the job; nothing when it is gone. Fails when the batch system does not answer.
state_of() {
  answer=$(qstat -f "$1" 2>&1)
  code=$?
  state=$(printf '%s\\n' "$answer" | awk '$1 == "job_state" { print $3; exit }')
  [ -n "$state" ] || [ $code -eq 0 ] || [ -z "$answer" ] || case $answer in
    *nknown*ob* | *inished* | *"does not exist"* | *nvalid*ob*) ;;
    *) fail "qstat says: $(printf '%s' "$answer" | tr -s '[:cntrl:] ' ' ' | head -c 1000)" ;;
  esac
}
if [ -d "$folder" ]; then
  if [ -s "$folder/job-id" ]; then read -r job <"$folder/job-id"; else job=$(find_job ${jobName(id)}); fi
  if [ -n "$job" ]; then
    state_of "$job"
    case $state in
      '' | C | F | X) ;;
      *) said=$(qdel "$job" 2>&1) ;;
    esac
    rounds=0
    while :; do
      state_of "$job"
      case $state in '' | C | F | X) break ;; esac
      rounds=$((rounds + 1))
      [ $rounds -lt 60 ] || fail "job $job does not end (it is in state $state; qdel says: $said)"
      sleep 0.5
    done
  fi
  rm -rf "$folder" || fail "$folder cannot be removed"
fi
`);
