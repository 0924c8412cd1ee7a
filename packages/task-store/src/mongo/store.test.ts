// What needs no server.
import { freePort } from '@muster/testkit';
import { expect, test } from 'vitest';
import { createMongoTaskStore } from './store.ts';

test.each([
  [
    'a server that is not there',
    { url: 'mongodb://127.0.0.1:PORT/', options: { serverSelectionTimeoutMS: 100 } },
    /Start the server/,
  ],
  ['no address', { url: 'http://127.0.0.1/', options: {} }, /Check MONGODB_URI/],
  ['an unknown option', { url: 'mongodb://127.0.0.1:PORT/', options: { tlz: true } }, /Check MONGODB_URI/],
])('refused with a remedy: %s', async (_, { url, options }, remedy) => {
  const address = { url: url.replace('PORT', String(await freePort())), options };
  await expect(createMongoTaskStore({ address, database: 'x' })).rejects.toMatchObject({
    code: 'store_unusable',
    remedy: expect.stringMatching(remedy),
  });
});
