// Another controller on the same file, as a program: `sqlite-holder.ts FILE` opens the store, says so by FILE.held, waits for
// FILE.go, writes a record and prints the history.
import { existsSync, writeFileSync } from 'node:fs';
import { createSqliteTaskStore } from '../sqlite/store.ts';

const path = process.argv[2]!;
const store = await createSqliteTaskStore({ path, table: 'ipython-tasks' });
writeFileSync(`${path}.held`, '');
while (!existsSync(`${path}.go`)) await new Promise((done) => setTimeout(done, 20));
store.put('other', { submitted: 1000 }, 'create');
console.log(`history of the other: ${(await store.history()).join()}`);
await store.close();
