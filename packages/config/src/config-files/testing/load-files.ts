// Loads the config files that it is given and says in lines of JSON what came of it: the loader of tests is none of Node's.
import { MusterError } from '@muster/protocol';
import { readConfigFile } from '../load.ts';

Object.assign(globalThis, { before: 'as it was' });
for (const path of process.argv.slice(2)) {
  try {
    const { settings } = await readConfigFile(path);
    console.log(JSON.stringify({ settings, hasC: 'c' in globalThis }));
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    const { code, message, remedy } = error;
    console.log(JSON.stringify({ code, message, remedy, hasC: 'c' in globalThis }));
  }
}
