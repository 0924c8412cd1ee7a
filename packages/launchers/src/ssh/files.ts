// Connection files of other machines: shell that puts them there and takes them from there, since their text goes by stdin and stdout.
import { folderOf, scriptOf } from '../folder/prelude.ts';
import { quote, quotePath } from '../folder/shell.ts';

export interface RemoteFile {
  /** There; may begin with ~/. */
  readonly path: string;
  readonly text: string;
}

/** Shell: makes the profile folder as its owner's alone, where it is not there. */
export const makeProfile = (profileDir: string): string => {
  const dir = quotePath(profileDir);
  return `mkdir -p ${dir} && for part in log pid security startup; do
  [ -d ${dir}/$part ] || mkdir -m 700 ${dir}/$part || fail the profile folder ${quote(profileDir)} cannot be made
done || fail the profile folder ${quote(profileDir)} cannot be made`;
};

/** Shell: writes a file, whole or not at all; one that is there with this text, on a shared file system say, is left alone, and does not go with the launches. */
export const putFile = ({ path, text }: RemoteFile): string => {
  const file = quotePath(path);
  return `if [ "$(cat ${file} 2>/dev/null)" != ${quote(text.trimEnd())} ]; then
  printf '%s\\n' ${quote(text.trimEnd())} >${file}.$$ && mv ${file}.$$ ${file} || { rm -f ${file}.$$; fail ${quote(path)} cannot be written; }
  muster_put=${file}
fi`;
};

/**
 * Waits until the files are there, written since the launch began or \`isOld\` ones, or its program has ended. Says \`file INDEX LINE\`
 * for each line, or \`waiting\`, or \`gone\`.
 */
export const awaitFilesScript = (id: string, paths: readonly string[], isOld: boolean): string => {
  const files = paths.map(quotePath).join(' ');
  return scriptOf(`
folder=${folderOf(id)}
are_there() {
  for file in "$@"; do
    [ -s "$file" ] || return 1
    ${isOld ? '' : '[ -n "$(find "$file" -prune -newer "$folder/run" 2>/dev/null)" ] || return 1'}
  done
}
rounds=0
until are_there ${files}; do
  runs "$folder" || { say gone; say done; exit 0; }
  rounds=$((rounds + 1))
  [ $rounds -lt 100 ] || { say waiting; say done; exit 0; }
  sleep 0.2
done
index=0
for file in ${files}; do
  sed "s/^/@muster file $index /" "$file"
  echo
  index=$((index + 1))
done
`);
};
