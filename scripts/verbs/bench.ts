// npm run bench -- NAME [--json FILE]: measures, beside peers where they are installed. Without a name, says what there is.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../gate.ts';

const folder = join(root, 'e2e/bench/src/benches');
const benches = readdirSync(folder).flatMap((file) => /^([\w-]+)\.ts$/.exec(file)?.[1] ?? []);
const [name, ...args] = process.argv.slice(2);
if (name === undefined || !benches.includes(name)) {
  if (name !== undefined) console.error(`There is no bench '${name}'.`);
  console.log(`npm run bench -- NAME [--json FILE]. There are: ${benches.join(', ')}.`);
  process.exitCode = name === undefined ? 0 : 2;
} else {
  // In this very process, so that a signal ends the measuring itself. The bench reads its own arguments.
  process.argv = [process.argv[0]!, join(folder, `${name}.ts`), ...args];
  await import(join(folder, `${name}.ts`));
}
