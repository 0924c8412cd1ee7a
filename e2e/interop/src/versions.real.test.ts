// Stock clients and engines of every version that we serve, and a Node engine, mixed on one controller: each client works with
// each engine.
import type { PartName } from '@muster/provision';
import { find, whyNever } from '@muster/provision';
import { leftBehind } from '@muster/testkit';
import { afterEach, expect, test } from 'vitest';
import type { TestCluster } from './cluster.ts';
import { startCluster } from './cluster.ts';
import { runPython } from './python.ts';

interface OnEngine {
  readonly version: string;
  /** What only engines with the client's Python can do. */
  readonly own: readonly unknown[] | null;
}

interface Seen {
  readonly client: string;
  readonly engines: readonly OnEngine[];
  readonly broadcast: readonly string[];
  readonly queue: readonly string[];
  readonly 'same python': number;
}

const all = { 'ipyparallel-7': '7.1.0', 'ipyparallel-8': '8.8.0', ipyparallel: '9.2.0' } as const satisfies Partial<
  Record<PartName, string>
>;
type Version = keyof typeof all;

/** All but what this machine can never have, which is said. What is only not installed yet is a fault. */
async function findVersions(): Promise<Version[]> {
  const found: Version[] = [];
  for (const part of Object.keys(all) as Version[]) {
    const why = await whyNever(part);
    if (why === undefined) found.push(part);
    else console.log(`ipyparallel ${all[part]} is not tested here: ${why}`);
  }
  return found;
}
const versions = await findVersions();

let cluster: TestCluster;
afterEach(() => cluster[Symbol.asyncDispose]());

test.each(versions)(
  'a client of %s with engines of all versions, and it ends them all',
  { timeout: 300_000 },
  async (part) => {
    const { present } = await find(part);
    expect(present, `${part} is installed by: E2E_PROVISION=1 npm run e2e -- interop`).toBe(true);
    cluster = await startCluster();
    await Promise.all(versions.map((engine) => cluster.startPythonEngine(engine)));
    await cluster.startNodeEngine();
    const engines = versions.length + 1;
    await cluster.registered(engines);
    const options = { env: cluster.env, part, timeoutMs: 180_000 };
    const seen = await runPython<Seen>('versions_client.py', [cluster.security, String(engines)], options);
    expect(seen.client).toBe(all[part]);
    expect(seen.engines.map(({ version }) => version).sort()).toEqual(versions.map((engine) => all[engine]).sort());
    for (const { version, own, ...engine } of seen.engines)
      expect({ version, ...engine }).toEqual({
        version,
        direct: [1, 2.5, null],
        balanced: 42,
        again: [42],
        recorded: [true],
        stdout: 'hello\n',
        stderr: 'and more\n',
        error: ['ZeroDivisionError', 'division by zero'],
      });
    const own = seen.engines.flatMap((engine) => (engine.own === null ? [] : [engine.own]));
    expect(own).toEqual(Array.from({ length: seen['same python'] }, () => ['text', 49]));
    expect(seen['same python']).toBeGreaterThan(0);
    expect(seen.broadcast).toEqual(Array.from({ length: engines }, () => '42'));
    expect(seen.queue).toEqual([...Array.from({ length: engines }, (_, id) => String(id)), 'unassigned']);
    expect(await cluster.controller.exited).toEqual({ code: 0, signal: null });
    expect(await leftBehind(cluster.controller.tag, cluster.profileDir)).toEqual([]);
  },
);
