// A server for tests that speaks MongoDB's wire: the one that MONGODB_URI names, else one that is started; MONGO_WIRE names
// the program.
import type { OwnMongo } from '@muster/testkit';
import { missingPart, startMongoWire } from '@muster/testkit';

const uri = process.env.MONGODB_URI;
const program = process.env.MONGO_WIRE;

export const hasMongo = uri !== undefined || program !== undefined;
/** Only a server that was started here can be stopped. */
export const hasOwnMongo = program !== undefined;

/** The end of a test suite's title: why it is skipped. Throws when nothing may be skipped. */
export const whyNoMongo = (has: boolean): string =>
  has ? '' : ` (${missingPart('mongo-java-server', 'E2E_PROVISION=1 npm test -- unit')})`;

export interface MongoServer extends AsyncDisposable {
  readonly url: string;
}

/** The server of MONGODB_URI, or a new one in memory. */
export async function anyMongo(): Promise<MongoServer> {
  return uri === undefined ? startMongo() : { url: uri, [Symbol.asyncDispose]: async () => {} };
}

/** Starts one on a free port; with a file, what it holds outlives it. */
export const startMongo = (file?: string): Promise<OwnMongo> => startMongoWire(program!, { file });
