// The few questions that starting a cluster asks its API server, without a library.
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import type { Certificates } from './certificates.ts';

export interface Api {
  isReady(): Promise<boolean>;
  /** The object at a path; undefined when it is not there or the server does not answer. */
  get<T>(path: string): Promise<T | undefined>;
  close(): void;
}

export async function openApi(address: string, port: number, certificates: Certificates): Promise<Api> {
  const [ca, cert, key] = await Promise.all(
    ['ca.crt', 'admin.crt', 'admin.key'].map((name) => readFile(certificates.path(name))),
  );
  const agent = new Agent({ ca: ca!, cert: cert!, key: key!, keepAlive: true });
  const ask = (path: string): Promise<string | undefined> =>
    new Promise((done) => {
      const asked = request({ host: address, port, path, agent, timeout: 2000 }, (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        answer.on('end', () => done(answer.statusCode === 200 ? body : undefined));
        answer.on('error', () => done(undefined));
      });
      asked.on('timeout', () => asked.destroy());
      asked.on('error', () => done(undefined));
      asked.end();
    });
  return {
    isReady: async () => (await ask('/readyz')) === 'ok',
    async get<T>(path: string) {
      const body = await ask(path);
      return body === undefined ? undefined : (JSON.parse(body) as T);
    },
    close: () => agent.destroy(),
  };
}
