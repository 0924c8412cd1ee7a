// --reuse (§7.5): ports and key of an earlier controller, from its connection files.
import { existsSync } from 'node:fs';
import type { ConnectionPaths, Connections } from '@muster/config';
import { readClientConnection, readEngineConnection, writeConnectionFiles } from '@muster/config';
import { MusterError } from '@muster/protocol';

/** What must be the same in both files, and what must be without strict mode. */
const shared = ['key', 'pack', 'unpack', 'signature_scheme'] as const;
const sharedDoor = ['registration', 'curve_serverkey'] as const;

/**
 * The connections of the two files; a reason (text) when they cannot be used together; undefined when neither exists.
 */
export async function readReusable(
  paths: ConnectionPaths,
  isStrict: boolean,
): Promise<Connections | string | undefined> {
  try {
    const client = await readClientConnection(paths.client, { patienceMs: 0 });
    const engine = await readEngineConnection(paths.engine, { patienceMs: 0 });
    const different = [...shared, ...(isStrict ? [] : sharedDoor)].filter((key) => client[key] !== engine[key]);
    return different.length > 0 ? `the two files differ in ${different.join(', ')}` : { client, engine };
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    if (error.code !== 'connection_file_missing') return error.message;
    const missing = [paths.client, paths.engine].filter((path) => !existsSync(path));
    return missing.length === 2 ? undefined : `${missing[0]} does not exist, and the other file does`;
  }
}

/** Files that are reused stay as they are, in whatever form their writer gave them; new ones are written. */
export function leaveFiles(
  paths: ConnectionPaths,
  reused: Connections | undefined,
  { client, engine }: Connections,
): void {
  if (reused === undefined) writeConnectionFiles(paths, client, engine);
  else if (reused.client.task_scheme !== client.task_scheme)
    writeConnectionFiles(paths, { ...reused.client, task_scheme: client.task_scheme }, reused.engine);
}

/** What to do about places that the files name and that cannot be had. */
export function explainReuse(error: unknown, { client, engine }: ConnectionPaths): unknown {
  if (!(error instanceof MusterError) || (error.code !== 'port_in_use' && error.code !== 'bad_option')) return error;
  const files = `${client} and ${engine}`;
  return new MusterError(
    error.code,
    `${error.message}, and the connection files that are reused name it.`,
    `Stop the program that has it; or remove ${files} to get new ports, which engines and clients then have to be told.`,
  );
}
