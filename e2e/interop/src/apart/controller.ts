// A program in the place of a controller: it takes the same arguments, starts the services apart, on the servers of
// MUSTER_NATS and MUSTER_MONGODB, and writes the connection files into the profile. A signal or a client ends it.
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { CurveServerKeys } from '@muster/config';
import {
  buildFixedConnections,
  claimProfile,
  connectionPaths,
  ensureProfile,
  parseCommandLine,
  removeConnectionFiles,
  renderHelp,
  resolveProfileDir,
  writeConnectionFiles,
} from '@muster/config';
import type { ControllerValues } from '@muster/controller';
import { controllerSettings } from '@muster/controller';
import { freePorts } from '@muster/testkit';
import { generateCurvePair } from '@muster/transport';
import { startServices } from './start-services.ts';

const { values, help, helpAll } = parseCommandLine(controllerSettings, process.argv.slice(2), process.env);
if (help || helpAll) {
  const usage = { usage: 'controller.ts [options]', about: 'Services apart, with the options of a controller.' };
  process.stdout.write(renderHelp(controllerSettings, usage, { all: helpAll }));
  process.exit(0);
}
const profileDir = resolveProfileDir(values, process.env);
ensureProfile(profileDir);
const claim = claimProfile(profileDir, values.clusterId);
const paths = connectionPaths(profileDir, values.clusterId);
const asked = new Promise<string>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGABRT'] as const) process.once(signal, () => resolve(signal));
});
const key = randomBytes(32).toString('hex');
const basePort = await freePorts(15);
const curve = makeCurve(values);
const services = startServices(values, {
  ...process.env,
  ...curve.env,
  // A cluster of its own on servers that others use, too.
  MUSTER_CLUSTER_ID: `interop-${randomBytes(8).toString('hex')}`,
  MUSTER_KEY: key,
  MUSTER_BASE_PORT: String(basePort),
  MUSTER_TRANSPORT: values.transport,
});
try {
  const why = await Promise.race([asked, services.ready()]);
  if (why === undefined) {
    const facts = { basePort, address: '127.0.0.1', key, curveServerKeys: curve.serverKeys, scheme: values.scheme };
    const { client, engine } = buildFixedConnections(facts);
    // The services of all machines have one address; here it is this machine's alone, and clients elsewhere shall know that.
    const location = hostname();
    writeConnectionFiles(paths, { ...client, location }, { ...engine, location });
    console.log(`stopping: ${await Promise.race([asked, services.firstEnd])}`);
  }
} finally {
  await services.stop();
  removeConnectionFiles(paths);
  claim.release();
}

/** Services that run apart are given their keys. */
function makeCurve({ enableCurve, curveStrict }: ControllerValues): {
  env: NodeJS.ProcessEnv;
  serverKeys: CurveServerKeys | null;
} {
  if (!enableCurve && !curveStrict) return { env: {}, serverKeys: null };
  const engine = generateCurvePair();
  const client = curveStrict ? generateCurvePair() : engine;
  return {
    env: {
      IPP_CURVE_SECRETKEY: engine.secretKey,
      ...(curveStrict ? { MUSTER_CURVE_STRICT: '1', MUSTER_CURVE_CLIENT_SECRETKEY: client.secretKey } : {}),
    },
    serverKeys: { engine: engine.publicKey, client: client.publicKey },
  };
}
