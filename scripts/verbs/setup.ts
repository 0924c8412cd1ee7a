// npm run setup: the install itself was done on the way here (verb.mjs); says how to go on.
import { join } from 'node:path';

const bin = join(import.meta.dirname, '../../node_modules/.bin');
console.log(`Muster is set up. Its commands are in ${bin}:\n`);
console.log(`  export PATH=${bin}:$PATH`);
console.log('  ipcluster start -n 4');
