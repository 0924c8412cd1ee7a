import { chmodSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientConnection, EngineConnection } from '@muster/protocol';
import { formatConnection } from '@muster/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type ConnectionPaths,
  connectionPaths,
  readClientConnection,
  readEngineConnection,
  removeConnectionFiles,
  waitForFile,
  withServerKey,
  writeConnectionFiles,
} from './connection-files.ts';
import { ensureProfile } from './profiles.ts';

const base = {
  ...{ ssh: '', interface: 'tcp://127.0.0.1', registration: 1, control: 2, mux: 3, task: 4, iopub: 5 },
  ...{
    key: 'k',
    curve_serverkey: null,
    location: 'here',
    pack: 'json',
    unpack: 'json',
    signature_scheme: 'hmac-sha256',
  },
};
const client: ClientConnection = { ...base, task_scheme: 'leastload', notification: 6, broadcast: 7 };
const engine: EngineConnection = { ...base, hb_ping: 8, hb_pong: 9, broadcast: [10] };

let folder: string;
let paths: ConnectionPaths;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-connections-'));
  ensureProfile(folder);
  paths = connectionPaths(folder, 'c');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('names hold the cluster id, which cannot be a path', () => {
  expect(connectionPaths('/p', '').client).toBe('/p/security/ipcontroller-client.json');
  expect(connectionPaths('/p', 'x').engine).toBe('/p/security/ipcontroller-x-engine.json');
  expect(() => connectionPaths('/p', '../x')).toThrow(expect.objectContaining({ code: 'bad_option' }));
});

test('what is written is read again, is for the owner only, and goes without a rest', async () => {
  writeConnectionFiles(paths, client, engine);
  expect(await readClientConnection(paths.client)).toEqual(client);
  expect(await readEngineConnection(paths.engine)).toEqual(engine);
  expect(statSync(paths.client).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(folder, 'security'))).toHaveLength(2);
  removeConnectionFiles(paths);
  removeConnectionFiles(paths);
  expect(readdirSync(join(folder, 'security'))).toEqual([]);
});

test('missing, wrong, exposed: each has its own error', async () => {
  const read = () => readClientConnection(paths.client, { patienceMs: 0 });
  await expect(read()).rejects.toMatchObject({ code: 'connection_file_missing' });
  writeFileSync(paths.client, formatConnection(engine), { mode: 0o600 });
  await expect(read()).rejects.toMatchObject({ code: 'connection_file_invalid' });
  writeConnectionFiles(paths, client, engine);
  chmodSync(paths.client, 0o644);
  await expect(read()).rejects.toMatchObject({
    code: 'connection_file_exposed',
    message: expect.stringContaining('0644'),
    remedy: `Run: chmod 600 ${paths.client}`,
  });
  expect(await readClientConnection(paths.client, { allowExposed: true })).toEqual(client);
  await expect(readClientConnection(folder, { patienceMs: 0, allowExposed: true })).rejects.toMatchObject({
    code: 'connection_file_invalid',
  });
});

test('a half-written file is read again until it is whole', async () => {
  const text = formatConnection(client);
  writeFileSync(paths.client, text.slice(0, 40), { mode: 0o600 });
  const reading = readClientConnection(paths.client, { patienceMs: 10_000 });
  const whole = join(folder, 'whole');
  writeFileSync(whole, text, { mode: 0o600 });
  renameSync(whole, paths.client);
  expect(await reading).toEqual(client);
});

test('waiting ends when the file comes, at the deadline, or by signal', async () => {
  const waiting = waitForFile(paths.client, { timeoutMs: 10_000 });
  writeFileSync(paths.client, '');
  await waiting;
  await expect(waitForFile(paths.engine, { timeoutMs: 1 })).rejects.toMatchObject({ code: 'connection_file_missing' });
  const stop = new AbortController();
  const stopped = waitForFile(paths.engine, { timeoutMs: 10_000, signal: stop.signal });
  stop.abort();
  await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
});

test('a folder that is not there is a clear error', () => {
  expect(() => writeConnectionFiles(connectionPaths(join(folder, 'none'), ''), client, engine)).toThrow(
    expect.objectContaining({ code: 'profile_unusable' }),
  );
});

test('a server key of the environment counts where the file has none', () => {
  const key = 'k'.repeat(40);
  expect(withServerKey(client, { IPP_CURVE_SERVERKEY: key }).curve_serverkey).toBe(key);
  const encrypted = { ...engine, curve_serverkey: 'f'.repeat(40) };
  expect(withServerKey(encrypted, { IPP_CURVE_SERVERKEY: key })).toEqual(encrypted);
  expect(withServerKey(client, {}).curve_serverkey).toBe(null);
  expect(withServerKey(client, { IPP_CURVE_SERVERKEY: '' }).curve_serverkey).toBe(null);
});

test('a file that does not come, in a profile that is not there: how to make that is told', async () => {
  const { client } = connectionPaths(join(folder, 'profile_none'), '');
  await expect(waitForFile(client, { timeoutMs: 0 })).rejects.toMatchObject({
    code: 'connection_file_missing',
    remedy: expect.stringContaining('muster profile create none'),
  });
  ensureProfile(join(folder, 'profile_there'));
  const there = connectionPaths(join(folder, 'profile_there'), '').client;
  await expect(waitForFile(there, { timeoutMs: 0 })).rejects.toMatchObject({
    remedy: expect.not.stringContaining('profile create'),
  });
});
