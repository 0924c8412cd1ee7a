// A context of a kubeconfig whose way to log in is a plugin, a provider (OIDC) or a proxy. Loaded only for these: the
// library takes 90 MB of memory, and a second to load.
import type { AgentOptions, RequestOptions } from 'node:https';
import { delimiter } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import type { Credentials, KubeAccess } from './access.ts';
import { KubeError } from './errors.ts';

/** Plugins are asked, and files are read, again after this long. */
const keptMs = 30_000;

function refuse(message: string, remedy: string): never {
  throw new KubeError('access_denied', message, { remedy });
}

function load(files: string): KubeConfig {
  const config = new KubeConfig();
  const [first, ...rest] = files.split(delimiter).filter((file) => file !== '');
  try {
    config.loadFromFile(first ?? files);
    for (const file of rest) {
      const more = new KubeConfig();
      more.loadFromFile(file);
      config.mergeConfig(more, true);
    }
  } catch (error) {
    refuse(`The kubeconfig ${files} cannot be used: ${(error as Error).message.split('\n')[0]}.`, 'Check KUBECONFIG.');
  }
  return config;
}

function loadContext(files: string, context?: string): KubeConfig {
  const config = load(files);
  if (context !== undefined) config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  if (cluster === null || cluster === undefined || !URL.canParse(cluster.server))
    refuse(
      `The kubeconfig ${files} has no context "${config.getCurrentContext() ?? ''}" with a server.`,
      `Choose one of: ${
        config
          .getContexts()
          .map(({ name }) => name)
          .join(', ') || 'none'
      }.`,
    );
  return config;
}

async function askCredentials(config: KubeConfig): Promise<Credentials> {
  const options: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    refuse(
      `The kubeconfig's way to log in failed: ${(error as Error).message.split('\n')[0]}.`,
      'Try: kubectl auth whoami',
    );
  }
  const basic = options.auth ? { authorization: `Basic ${Buffer.from(options.auth).toString('base64')}` } : {};
  const headers = Object.entries({ ...basic, ...options.headers }).map(([name, value]) => [
    name.toLowerCase(),
    `${value}`,
  ]);
  const { ca, cert, key, passphrase, rejectUnauthorized, servername } = options as AgentOptions;
  const given = Object.entries({ ca, cert, key, passphrase, rejectUnauthorized, servername }).filter(
    ([, value]) => value !== undefined,
  );
  return {
    headers: Object.fromEntries(headers),
    tls: Object.fromEntries(given),
    agent: config.getCurrentCluster()?.proxyUrl ? (options.agent as object) : undefined,
  };
}

/** `files`: one file, or several as in KUBECONFIG. Throws KubeError `access_denied`. */
export function libraryAccess(files: string, context?: string): KubeAccess {
  const config = loadContext(files, context);
  let kept: Credentials | undefined;
  let keptAtMs = 0;
  return {
    server: new URL(config.getCurrentCluster()!.server),
    namespace: config.getContextObject(config.getCurrentContext())?.namespace ?? 'default',
    async credentials() {
      if (kept === undefined || performance.now() - keptAtMs > keptMs) {
        kept = await askCredentials(config);
        keptAtMs = performance.now();
      }
      return kept;
    },
  };
}
