// A certificate authority of our own, by openssl, for tests.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '@muster/testkit';

interface KeyPair {
  /** Files, for a server's configuration. */
  readonly certFile: string;
  readonly keyFile: string;
  /** PEM texts. */
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  /** PEM text. */
  readonly ca: string;
  readonly caFile: string;
  /** Signs a certificate for a name, as `IP:127.0.0.1` or `DNS:nats`. */
  sign(name: string): Promise<KeyPair>;
}

async function openssl(...args: string[]): Promise<void> {
  const run = await runProgram(['openssl', ...args]);
  if (run.code !== 0) throw new Error(`openssl ${args.join(' ')} failed:\n${run.output}`);
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Keeps its files in `folder`, under names that begin with `name`. */
export async function createAuthority(folder: string, name = 'ca'): Promise<Authority> {
  const caFile = join(folder, `${name}.pem`);
  const caKey = join(folder, `${name}.key`);
  await openssl('req', '-x509', ...newKey, '-keyout', caKey, '-out', caFile, '-days', '2', '-subj', `/CN=${name}`);
  let signed = 0;
  return {
    ca: await readFile(caFile, 'utf8'),
    caFile,
    async sign(subject) {
      const stem = join(folder, `${name}-${++signed}`);
      const [certFile, keyFile] = [`${stem}.pem`, `${stem}.key`];
      await writeFile(`${stem}.ext`, `subjectAltName=${subject}\n`);
      await openssl('req', ...newKey, '-keyout', keyFile, '-out', `${stem}.csr`, '-subj', '/CN=test');
      const by = ['-CA', caFile, '-CAkey', caKey, '-CAcreateserial', '-days', '2', '-extfile', `${stem}.ext`];
      await openssl('x509', '-req', '-in', `${stem}.csr`, ...by, '-out', certFile);
      return { certFile, keyFile, cert: await readFile(certFile, 'utf8'), key: await readFile(keyFile, 'utf8') };
    },
  };
}
