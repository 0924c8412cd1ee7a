import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { defaultsOf } from '@muster/config';
import { silentLogger } from '@muster/telemetry';
import { freePort, temporaryFolder } from '@muster/testkit';
import { expect, test } from 'vitest';
import { type ControllerValues, controllerSettings } from './settings.ts';
import { openStore } from './store.ts';

const open = (given: Partial<ControllerValues>, profileDir = '/none') =>
  openStore({ ...defaultsOf(controllerSettings), ...given }, profileDir, 'abc-def', silentLogger);

test('the store is the one that is asked for', async () => {
  expect((await open({})).name).toBe('memory');
  expect((await open({ store: 'NoDB' })).name).toBe('none');
});

test('SQLite keeps records in the profile, or where it is told to', async () => {
  await using folder = await temporaryFolder('store');
  const first = await open({ store: 'SQLiteDB' }, folder.path);
  await first.put('id1', { submitted: 1 }, 'create');
  await first.close();
  expect(existsSync(join(folder.path, 'tasks.db'))).toBe(true);
  const elsewhere = { sqliteLocation: folder.path, sqliteFilename: 'tasks.db' };
  const second = await open({ store: 'SQLiteDB', ...elsewhere });
  expect(await second.history()).toEqual(['id1']);
  await second.close();
  // A table for every session, called after it.
  const third = await open({ store: 'SQLiteDB', sqliteTable: '', ...elsewhere });
  expect(await third.history()).toEqual([]);
  await third.close();
  const fourth = await open({ store: 'SQLiteDB', sqliteTable: '_abc_def', ...elsewhere });
  await fourth.close();
  const db = new DatabaseSync(join(folder.path, 'tasks.db'));
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%+%'").all();
  expect(tables.map(({ name }) => name)).toEqual(['ipython-tasks', '_abc_def']);
  db.close();
});

test('a database that cannot be opened is refused with a remedy', async () => {
  await expect(open({ store: 'SQLiteDB' })).rejects.toMatchObject({ code: 'store_unusable' });
  const mongoConnectionArgs = ['127.0.0.1', await freePort()];
  const mongoConnectionKwargs = { serverSelectionTimeoutMS: 100 };
  await expect(open({ store: 'MongoDB', mongoConnectionArgs, mongoConnectionKwargs })).rejects.toMatchObject({
    code: 'store_unusable',
    remedy: expect.stringContaining('MONGODB_URI'),
  });
  await expect(open({ store: 'MongoDB', mongoConnectionKwargs: [] })).rejects.toMatchObject({ code: 'bad_option' });
});
