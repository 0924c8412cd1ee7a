// --reuse (§7.5): ports and key of an earlier controller, from its connection files.
import type { ConnectionPaths, Connections } from '@muster/config';
import { readClientConnection, readEngineConnection } from '@muster/config';
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
    return error.code === 'connection_file_missing' ? undefined : error.message;
  }
}
