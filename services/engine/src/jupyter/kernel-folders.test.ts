import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TemporaryFolder } from '@muster/testkit';
import { temporaryFolder } from '@muster/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listKernelspecs } from './find-kernel.ts';
import { kernelFolders } from './kernel-folders.ts';
import { formatKernels, listKernels } from './kernel-list.ts';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder('kernels');
});
afterEach(() => folder.remove());

const at = (path: string): string => join(folder.path, path);
function write(path: string, text: string, mode = 0o600): void {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), text);
  chmodSync(at(path), mode);
}
const options = (env: NodeJS.ProcessEnv = {}, python = '') => ({
  env: { PATH: at('venv/bin'), JUPYTER_DATA_DIR: at('data'), PYTHONUSERBASE: at('base'), ...env },
  python,
  ipythonDir: at('ipython'),
});
/** Those of the test's own, without its folder. */
const places = async (env?: NodeJS.ProcessEnv, python?: string): Promise<string[]> =>
  (await kernelFolders(options(env, python)))
    .filter((path) => path.startsWith(folder.path))
    .map((path) => path.slice(folder.path.length + 1));

function writeVenv(name: string): void {
  write(`${name}/bin/python3`, '#!/bin/sh\n', 0o700);
  mkdirSync(at(`${name}/share/jupyter/kernels`), { recursive: true });
}

test('the order: named folders, the user, the Python on PATH; that one first in a virtual environment', async () => {
  writeVenv('venv');
  const user = ['data/kernels', 'base/share/jupyter/kernels'];
  const own = ['venv/share/jupyter/kernels'];
  expect(await places()).toEqual([...user, ...own, 'ipython/kernels']);
  expect(await places({ VIRTUAL_ENV: at('venv') })).toEqual([...own, ...user, 'ipython/kernels']);
  expect(await places({ VIRTUAL_ENV: at('venv'), JUPYTER_PREFER_ENV_PATH: '0' })).toEqual([
    ...user,
    ...own,
    'ipython/kernels',
  ]);
  expect((await places({ JUPYTER_PATH: `${at('one')}:${at('two')}` })).slice(0, 2)).toEqual([
    'one/kernels',
    'two/kernels',
  ]);
  writeVenv('other');
  expect((await places({}, at('other/bin/python3')))[0]).toBe('other/share/jupyter/kernels');
});

test('a Python that stands in for another is asked where it is; one that does not say is left out', async () => {
  write('venv/bin/python3', `#!/bin/sh\necho ${at('real')}\n`, 0o700);
  write('venv/bin/python', '#!/bin/sh\nexit 1\n', 0o700);
  expect(await places()).toContain('real/share/jupyter/kernels');
});

test('the Python behind jupyter is known by the first line of that', async () => {
  write('venv/bin/jupyter', `#!${at('pipx/bin/python')}\nimport sys\n`, 0o700);
  expect(await places()).toContain('pipx/share/jupyter/kernels');
});

test('names are those of folders, in small letters; the first of a name hides the others; damaged ones are shown', async () => {
  write('data/kernels/One/kernel.json', '{"argv": ["x"], "display_name": "First", "language": "l"}');
  write('base/share/jupyter/kernels/one/kernel.json', '{"argv": ["y"]}');
  write('base/share/jupyter/kernels/two/kernel.json', '{');
  mkdirSync(at('data/kernels/empty'));
  const found = await listKernelspecs(options());
  expect([found.get('one'), found.get('two'), found.has('empty')]).toEqual([
    at('data/kernels/One'),
    at('base/share/jupyter/kernels/two'),
    false,
  ]);
  const listed = await listKernels(options());
  expect(listed).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'node', kind: 'node' }),
      {
        name: 'one',
        kind: 'jupyter',
        displayName: 'First',
        language: 'l',
        folder: at('data/kernels/One'),
        problem: null,
      },
      expect.objectContaining({
        name: 'two',
        problem: expect.stringMatching(/two\/kernel.json cannot be used: .*JSON/),
      }),
    ]),
  );
  expect(formatKernels(listed)).toMatch(/^one +l +First +\/.*One\ntwo +damaged +\/.*two\/kernel.json cannot be used/m);
});
