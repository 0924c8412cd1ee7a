// Imported before testcontainers is: that keeps a lock in the temporary folder as it is then, and would start a helper from a
// public image, which the set-up cannot have without a registry.
import { temporaryFolder } from '@muster/testkit';
import { afterAll } from 'vitest';

const folder = await temporaryFolder('containers');
process.env.TMPDIR = folder.path;
process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';
afterAll(() => folder.remove());
