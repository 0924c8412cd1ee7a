import type { Program } from './program.ts';
import { startProgram } from './program.ts';

/** A server that speaks MongoDB's wire, started here. */
export interface OwnMongo extends AsyncDisposable {
  /** `mongodb://127.0.0.1:PORT/`. */
  readonly url: string;
  stop(options?: { readonly signal?: NodeJS.Signals }): Promise<void>;
  /** On the same port, with what is in its file. */
  start(): Promise<void>;
}

export interface MongoWireOptions {
  /** What it holds outlives it in this file. Default: it is in memory. */
  readonly file?: string | undefined;
  /** Default: a free one. */
  readonly port?: number | undefined;
}

/** Starts one on loopback; `program` is the path of mongo-wire. */
export async function startMongoWire(program: string, options: MongoWireOptions = {}): Promise<OwnMongo> {
  const { file } = options;
  let port = String(options.port ?? 0);
  let running: Program | undefined;
  async function start(): Promise<void> {
    running = await startProgram([program, port, ...(file === undefined ? [] : [file])]);
    await running.says(/listening on \S+/, 60_000);
    port = /listening on 127\.0\.0\.1:(\d+)/.exec(running.output)![1]!;
  }
  const stop: OwnMongo['stop'] = async (how) => void (await running?.stop(how));
  await start();
  return {
    get url() {
      return `mongodb://127.0.0.1:${port}/`;
    },
    start,
    stop,
    [Symbol.asyncDispose]: () => stop(),
  };
}
