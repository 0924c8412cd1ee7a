// One job: its network and servers, and the suite with the controller put into its place.
import { join } from 'node:path';
import { find, mongoWireIn, natsServerIn } from '@muster/provision';
import { startMongoWire, startNatsServer, temporaryFolder } from '@muster/testkit';
import type { PeerResult, Report } from '../peer-suite.ts';
import { runPeerSuite } from '../peer-suite.ts';
import type { Job } from './jobs.ts';
import { needsMongo } from './modules.ts';
import { createOwnNetwork } from './own-network.ts';
import { startOf } from './settings.ts';

const checkout = join(import.meta.dirname, '../../../..');
const ourController = join(checkout, 'packages/cli/bin/ipcontroller.js');
const servicesApart = join(import.meta.dirname, '../apart/controller.ts');

/** Where drivers look for a MongoDB that nobody told them of. */
const usualMongoPort = 27_017;

export interface JobOptions {
  readonly python: string;
  /** Tests by name; default: all of the job's modules. */
  readonly tests?: readonly string[];
  readonly pytestArguments?: readonly string[];
  readonly timeoutMs: number;
  readonly onReport?: (line: Report) => void;
}

export interface JobResult extends PeerResult {
  readonly job: Job;
  readonly seconds: number;
  /** Why it could not be run at all. */
  readonly broken?: string;
}

/** A job that cannot be run is a result, too: the others go on. */
export async function runJob(job: Job, options: JobOptions): Promise<JobResult> {
  const begin = performance.now();
  try {
    return await runSuite(job, options);
  } catch (error) {
    const broken = error instanceof Error ? error.message : String(error);
    const nothing = { outcomes: new Map(), testSeconds: new Map(), details: new Map(), starts: 0 };
    const seconds = (performance.now() - begin) / 1000;
    return { job, seconds, broken, ...nothing, exitCode: null, timedOut: false, output: broken };
  }
}

async function runSuite(job: Job, options: JobOptions): Promise<JobResult> {
  const { values } = job.setting;
  const isApart = values.services === 'apart' && job.side === 'ours';
  await using folder = await temporaryFolder('servers');
  await using network = await createOwnNetwork(options.python);
  await using servers = new AsyncDisposableStack();
  const isOwn = network.enter.length > 0;
  let mongoUrl: string | undefined;
  if (values.store === 'mongo' || needsMongo(job.modules)) {
    const program = await network.wrap(mongoWireIn(await folderOf('mongo-wire')), folder.path);
    const mongo = servers.use(await startMongoWire(program, isOwn ? { port: usualMongoPort } : {}));
    mongoUrl = mongo.url;
  }
  let nats: string | undefined;
  if (isApart) {
    const program = await network.wrap(natsServerIn(await folderOf('nats')), folder.path);
    nats = servers.use(await startNatsServer(program)).address;
  }
  const { env, ...start } = startOf(values, job.side, mongoUrl);
  const begin = performance.now();
  const result = await runPeerSuite({
    ...options,
    modules: job.modules,
    leftOut: Object.keys(job.setting.leftOut ?? {}),
    enter: network.enter,
    controller: job.side === 'python' ? undefined : [process.execPath, isApart ? servicesApart : ourController],
    start,
    env: { ...env, ...(nats === undefined ? {} : { MUSTER_NATS: nats, MUSTER_MONGODB: mongoUrl! }) },
  });
  return { ...result, job, seconds: (performance.now() - begin) / 1000 };
}

async function folderOf(part: 'mongo-wire' | 'nats'): Promise<string> {
  const found = await find(part);
  if (found.present) return found.folder;
  throw new Error(`${found.title} is missing (${found.why}): E2E_PROVISION=1 npm run e2e -- interop installs it`);
}
