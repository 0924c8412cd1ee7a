// A rank of a launch with many engines: a bit of shell around the engine, which gives it its uuid and says when it
// starts and ends. It always ends well itself: to mpiexec, one that does not is a reason to end all others.

/** Stands before what a rank says of itself, in the output that it shares with the engines. */
export const rankMark = '@rank';

const script = `
id=$1 n=$2
shift 2
index=\${MUSTER_INDEX:-\${OMPI_COMM_WORLD_RANK:-\${PMIX_RANK:-\${PMI_RANK:-\${SLURM_PROCID:-}}}}}
[ -n "$index" ] || [ "$n" != 1 ] || index=0
case $index in
  '' | *[!0-9]*) echo "muster: no variable says which of the $n engines this is (MUSTER_INDEX, OMPI_COMM_WORLD_RANK, PMIX_RANK, PMI_RANK, SLURM_PROCID)"; exit 0 ;;
esac
[ "$index" -lt "$n" ] || { echo "muster: engine $index is one too many: $n were asked for"; exit 0; }
trap : TERM INT HUP
printf '\\n${rankMark} %s started\\n' "$index"
"$@" "--Session.session=$id-$index"
printf '\\n${rankMark} %s ended %s\\n' "$index" "$?"
exit 0
`;

/** Words that start the engine of whichever rank runs them. */
export const rankCommand = (id: string, n: number, engine: readonly string[]): string[] => [
  'sh',
  '-c',
  script,
  'muster-rank',
  id,
  String(n),
  ...engine,
];
