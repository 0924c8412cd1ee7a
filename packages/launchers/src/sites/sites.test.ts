import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLimit } from './limit.ts';
import { createSites } from './sites.ts';

test('a script runs here; one that hangs or never stops talking is ended', async () => {
  const here = createSites()();
  expect(await here.run('echo out; echo err >&2; exit 3', { timeoutMs: 10_000 })).toEqual({
    ...{ code: 3, stdout: 'out\n', stderr: 'err\n' },
  });
  await expect(here.run('sleep 100', { timeoutMs: 50 })).rejects.toMatchObject({ code: 'timeout' });
  await expect(here.run('yes', { timeoutMs: 20_000 })).rejects.toMatchObject({ code: 'limit_reached' });
});

test('no ssh; the key of a Secret is in a private file while ssh runs, and gone after', async () => {
  const bin = await mkdtemp(join(tmpdir(), 'muster-sites-'));
  try {
    const nowhere = createSites({ env: { PATH: bin } })({ host: 'n1' });
    await expect(nowhere.run('true', { timeoutMs: 10_000 })).rejects.toMatchObject({
      ...{ code: 'start_failed', message: 'ssh cannot be run here.' },
    });
    // A stand-in that shows what the real program would be given.
    const ssh = `#!/bin/sh\nwhile [ "$1" != -i ]; do shift; done\nstat -c '%a' "$2"; cat "$2"; env; cat >&2\n`;
    await writeFile(join(bin, 'ssh'), ssh);
    await chmod(join(bin, 'ssh'), 0o755);
    const before = await readdir(tmpdir());
    const env = { PATH: `${bin}:${process.env.PATH}`, MUSTER_KEY: 'of the service', HOME: bin };
    const sites = createSites({ env, readKeySecret: async (name) => `private ${name}` });
    const { stdout, stderr } = await sites({ host: 'n1', keySecret: 'keys' }).run('the script', { timeoutMs: 10_000 });
    expect(stdout).toMatch(/^600\nprivate keys\n/);
    expect(stdout).not.toContain('of the service');
    expect(stderr).toBe('the script');
    const isOurs = (name: string): boolean => name.startsWith('muster-ssh-') && !before.includes(name);
    expect((await readdir(tmpdir())).filter(isOurs)).toEqual([]);
  } finally {
    await rm(bin, { recursive: true });
  }
});

test('a host whose key is trusted unseen is named once', () => {
  const warnings: string[] = [];
  const sites = createSites({ warn: (message) => void warnings.push(message) });
  sites({ host: 'n1' });
  sites({ host: 'n1' });
  sites({ host: 'n2', knownHosts: 'n2 ssh-ed25519 AAAA' });
  expect(warnings).toEqual(['n1 has no knownHosts in its profile: the first key that it shows is trusted']);
});

test('so many works at once, the others in their order, also when one fails', async () => {
  const limit = createLimit(2);
  let running = 0;
  const story: number[] = [];
  const works = Array.from({ length: 7 }, (_, i) =>
    limit(async () => {
      story.push(i);
      expect(++running).toBeLessThanOrEqual(2);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      if (i === 3) throw new Error('three');
    }).catch(() => {}),
  );
  await Promise.all(works);
  expect(story).toEqual([0, 1, 2, 3, 4, 5, 6]);
});
