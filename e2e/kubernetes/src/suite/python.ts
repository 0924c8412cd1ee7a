// Stock Python clients: outside of the cluster, and in a pod of it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Program } from '@muster/testkit';
import { runProgram, startProgram, until } from '@muster/testkit';
import { imageNames } from '../images/images.ts';
import type { Release } from './release.ts';
import { pythonProgram, releaseName } from './release.ts';

const script = (name: string): string => join(import.meta.dirname, '../../python', name);

const environment = (release: Release): Record<string, string> => ({
  HOME: release.folder,
  IPYTHONDIR: join(release.folder, 'ipython'),
  PYTHONDONTWRITEBYTECODE: '1',
});

/** Starts a script with the connection file as its first argument. */
export async function startOutside(release: Release, name: string, ...args: string[]): Promise<Program> {
  const argv = [await pythonProgram(), '-W', 'ignore', script(name), await release.connectionFile(), ...args];
  return startProgram(argv, { env: environment(release) });
}

/** Runs a script to its end and gives what its last line says, as JSON. Rejects with its output. */
export async function runOutside<T>(release: Release, name: string, ...args: string[]): Promise<T> {
  const argv = [await pythonProgram(), '-W', 'ignore', script(name), await release.connectionFile(), ...args];
  const run = await runProgram(argv, { env: environment(release), timeoutMs: 100_000 });
  return lastLine(`${name} ended with ${run.code}`, run.code === 0 ? run.stdout : '', run.output);
}

function lastLine<T>(what: string, stdout: string, output: string): T {
  const last = stdout.trim().split('\n').at(-1);
  if (!last) throw new Error(`${what}:\n${output}`);
  return JSON.parse(last) as T;
}

/** As runOutside, in a pod that has nothing but the connection file of the Secret. */
export async function runInPod<T>(release: Release, name: string, ...args: string[]): Promise<T> {
  const { kubectl } = release;
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'python-client' } };
  const spec = clientPod(['python3', '-c', await readFile(script(name), 'utf8'), `/connection/${file}`, ...args]);
  await kubectl.apply({ ...pod, spec });
  try {
    const phase = await until(
      async () => {
        const { status } = await kubectl.get<{ status: { phase: string } }>('pod/python-client');
        return ['Succeeded', 'Failed'].includes(status.phase) && status.phase;
      },
      { what: 'the client in the pod ends', timeoutMs: 100_000, everyMs: 200 },
    );
    const log = await kubectl.run(['logs', 'python-client']);
    return lastLine(`the pod of ${name} has ${phase}`, phase === 'Succeeded' ? log : '', log);
  } finally {
    await kubectl.run(['delete', 'pod/python-client', '--grace-period=1']);
  }
}

const file = 'ipcontroller-client.json';
const clientPod = (command: readonly string[]): object => ({
  restartPolicy: 'Never',
  automountServiceAccountToken: false,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 1000,
    runAsGroup: 1000,
    fsGroup: 1000,
    seccompProfile: { type: 'RuntimeDefault' },
  },
  containers: [
    {
      name: 'client',
      image: imageNames.enginePython,
      command,
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
      volumeMounts: [
        { name: 'connection', mountPath: '/connection', readOnly: true },
        { name: 'tmp', mountPath: '/tmp' },
      ],
    },
  ],
  volumes: [
    {
      name: 'connection',
      secret: {
        secretName: `${releaseName}-connection`,
        defaultMode: 0o440,
        items: [{ key: file, path: file }],
      },
    },
    { name: 'tmp', emptyDir: {} },
  ],
});
