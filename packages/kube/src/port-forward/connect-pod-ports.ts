// Ports of pods, reached through the API server: as `kubectl port-forward`, a connection at a time.
import { createHash, randomBytes } from 'node:crypto';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { AccessOptions, KubeAccess } from '../access.ts';
import { loadAccess } from '../access.ts';
import { pathOf, query } from '../addresses.ts';
import { type Asked, failureOf, KubeError, refusalOf } from '../errors.ts';
import { pods } from '../objects.ts';
import { podStream } from './pod-stream.ts';

export interface PodPorts {
  /**
   * Opens a connection to a port of a pod. Rejects with KubeError; when nothing listens there, the stream is destroyed
   * with one.
   */
  open(pod: string, port: number): Promise<Duplex>;
}

const openMs = 10_000;
const keepAliveMs = 15_000;
const longestRefusal = 65_536;
/** Of RFC 6455: by it a server shows that it has understood. */
const acceptSuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const protocol = 'v4.channel.k8s.io';

/** Rejects with KubeError `access_denied` when there is no account. */
export async function connectPodPorts(options: AccessOptions = {}): Promise<PodPorts> {
  const access = await loadAccess(options);
  return { open: (pod, port) => open(access, pod, port) };
}

async function open(access: KubeAccess, pod: string, port: number): Promise<Duplex> {
  const asked = { verb: 'create', plural: 'pods/portforward', group: '', namespace: access.namespace, name: pod };
  const path = pathOf(pods, access.namespace, pod, 'portforward') + query({ ports: port });
  try {
    const { socket, head } = await upgrade(access, path, asked);
    socket.setTimeout(0);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, keepAliveMs);
    return podStream(socket, head, `Port ${port} of pod ${pod}`);
  } catch (error) {
    throw failureOf(error, access.server.origin);
  }
}

interface Upgraded {
  readonly socket: Socket;
  readonly head: Buffer;
}

async function upgrade(access: KubeAccess, path: string, asked: Asked): Promise<Upgraded> {
  const { headers, tls, agent } = await access.credentials();
  const key = randomBytes(16).toString('base64');
  const accept = createHash('sha1')
    .update(key + acceptSuffix)
    .digest('base64');
  const options = {
    ...tls,
    ...(agent === undefined ? {} : { agent: agent as never }),
    timeout: openMs,
    headers: {
      ...headers,
      'user-agent': 'muster',
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': key,
      'sec-websocket-version': '13',
      'sec-websocket-protocol': protocol,
    },
  };
  return new Promise((resolve, reject) => {
    const url = new URL(access.server.pathname.replace(/\/$/, '') + path, access.server);
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options);
    request.on('error', reject);
    request.on('timeout', () =>
      request.destroy(new KubeError('timeout', `The API server did not answer within ${openMs} ms.`)),
    );
    request.on('response', (answer) => void refused(answer, asked).then(reject, reject));
    request.on('upgrade', (answer, socket, head) => {
      if (answer.headers['sec-websocket-accept'] === accept) return resolve({ socket: socket as Socket, head });
      socket.destroy();
      reject(new KubeError('unreachable', 'What answers is no WebSocket of Kubernetes.'));
    });
    request.end();
  });
}

async function refused(answer: IncomingMessage, asked: Asked): Promise<KubeError> {
  let body = '';
  for await (const part of answer.setEncoding('utf8') as AsyncIterable<string>)
    if (body.length < longestRefusal) body += part;
  return refusalOf(answer.statusCode ?? 0, body, asked);
}
