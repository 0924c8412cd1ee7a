import { folderOf, scriptOf } from './prelude.ts';

/** Sends a signal (`INT`) to the programs of those launches that run. */
export const signalScript = (ids: readonly string[], signal: string): string =>
  scriptOf(`
# FOLDER
send() {
  runs "$1" && read -r muster_main <"$1/main" && kill -s ${signal} "$muster_main" 2>/dev/null
  return 0
}
${ids.map((id) => `send ${folderOf(id)}`).join('\n')}`);
