// A server for tests that speaks MongoDB's wire: the one that MONGODB_URI names, else one that is started; MONGO_WIRE names
// the program.
import type { Program } from '@muster/testkit';
import { missingPart, startProgram } from '@muster/testkit';

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

export interface OwnMongo extends MongoServer {
  stop(): Promise<void>;
  /** On the same port, with what is in its file. */
  start(): Promise<void>;
}

/** Starts one on a free port; with a file, what it holds outlives it. */
export async function startMongo(file?: string): Promise<OwnMongo> {
  let port = '0';
  let running: Program | undefined;
  async function start(): Promise<void> {
    running = await startProgram([program!, port, ...(file === undefined ? [] : [file])]);
    await running.says(/listening on \S+/, 30_000);
    port = /listening on 127\.0\.0\.1:(\d+)/.exec(running.output)![1]!;
  }
  const stop = async (): Promise<void> => void (await running?.stop());
  await start();
  return {
    get url() {
      return `mongodb://127.0.0.1:${port}/`;
    },
    start,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
