// One HTTPS request to the API server. By node:https and not by fetch: it takes the certificates of a kubeconfig.
import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { Credentials, KubeAccess } from './access.ts';
import type { Asked } from './errors.ts';
import { failureOf, KubeError, refusalOf } from './errors.ts';

/** A list of 10,000 pods is 40 MB. */
const longestAnswer = 128 * 1024 * 1024;
const longestRefusal = 64 * 1024;

export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: object | undefined;
  readonly contentType?: string | undefined;
  readonly asked: Asked;
  readonly signal?: AbortSignal | undefined;
}

export interface Requests {
  /** The answer's text. Rejects with KubeError. */
  text(request: KubeRequest): Promise<string>;
  json<T>(request: KubeRequest): Promise<T>;
  /** The answer as it comes; it breaks when nothing comes for `silenceMs`. */
  stream(request: KubeRequest, silenceMs: number): Promise<IncomingMessage>;
  close(): void;
}

type AnyAgent = HttpAgent | HttpsAgent;

/** Connections are used again, until the credentials of TLS change. */
function createAgents(secure: boolean): { for(credentials: Credentials): AnyAgent; close(): void } {
  let agent: AnyAgent | undefined;
  let tls: Credentials['tls'] | undefined;
  const isSame = (other: Credentials['tls']): boolean =>
    tls !== undefined &&
    (Object.keys({ ...tls, ...other }) as (keyof typeof other)[]).every((key) => `${tls?.[key]}` === `${other[key]}`);
  return {
    for(credentials) {
      if (credentials.agent !== undefined) return credentials.agent as AnyAgent;
      if (agent === undefined || !isSame(credentials.tls)) {
        agent?.destroy();
        const shared = { keepAlive: true, keepAliveMsecs: 15_000, maxSockets: 64, maxFreeSockets: 8 };
        agent = secure ? new HttpsAgent({ ...shared, ...credentials.tls }) : new HttpAgent(shared);
        tls = credentials.tls;
      }
      return agent;
    },
    close: () => agent?.destroy(),
  };
}

async function readText(answer: IncomingMessage, limit: number): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > limit) {
      answer.destroy();
      throw new KubeError('too_large', `The answer of the API server is larger than ${limit} bytes.`);
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

export function createRequests(access: KubeAccess, timeoutMs = 30_000): Requests {
  const secure = access.server.protocol === 'https:';
  const agents = createAgents(secure);
  const base = access.server.pathname.replace(/\/$/, '');

  async function send(asked: KubeRequest, silenceMs: number): Promise<IncomingMessage> {
    const { headers, ...credentials } = await access.credentials();
    const body = asked.body === undefined ? undefined : Buffer.from(JSON.stringify(asked.body));
    const options = {
      method: asked.method,
      agent: agents.for({ headers, ...credentials }),
      timeout: silenceMs,
      signal: asked.signal,
      ...credentials.tls,
      headers: {
        ...headers,
        accept: 'application/json',
        'user-agent': 'muster',
        ...(body && { 'content-type': asked.contentType ?? 'application/json', 'content-length': body.length }),
      },
    };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const url = new URL(base + asked.path, access.server);
      const request: ClientRequest = (secure ? requestHttps : requestHttp)(url, options, resolve);
      request.on('error', reject);
      request.on('timeout', () =>
        request.destroy(new KubeError('timeout', `The API server was silent for ${silenceMs} ms.`)),
      );
      request.end(body);
    });
    if (answer.statusCode! < 300) return answer;
    throw refusalOf(answer.statusCode!, await readText(answer, longestRefusal), asked.asked);
  }

  async function guarded<T>(body: () => Promise<T>): Promise<T> {
    try {
      return await body();
    } catch (error) {
      throw failureOf(error, access.server.origin);
    }
  }

  const text = (request: KubeRequest): Promise<string> =>
    guarded(async () => {
      const deadline = AbortSignal.timeout(timeoutMs);
      const signal = request.signal ? AbortSignal.any([request.signal, deadline]) : deadline;
      try {
        return await readText(await send({ ...request, signal }, timeoutMs), longestAnswer);
      } catch (error) {
        if (deadline.aborted)
          throw new KubeError(
            'timeout',
            `The API server at ${access.server.origin} did not answer within ${timeoutMs} ms.`,
            {
              remedy: 'Check that the cluster is up: kubectl get --raw /readyz',
            },
          );
        throw error;
      }
    });
  return {
    text,
    json: async <T>(request: KubeRequest) => {
      const answer = await text(request);
      try {
        return JSON.parse(answer) as T;
      } catch {
        throw new KubeError('unreachable', `What answers at ${access.server.origin} is no API server of Kubernetes.`);
      }
    },
    stream: (request, silenceMs) => guarded(() => send(request, silenceMs)),
    close: () => agents.close(),
  };
}
