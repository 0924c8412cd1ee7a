// npm run generate: writes the files that are made from the program's own tables.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileOf, generatedFiles } from '../generated.ts';

for (const { path, text } of generatedFiles) {
  mkdirSync(dirname(fileOf(path)), { recursive: true });
  writeFileSync(fileOf(path), text());
  console.log(`wrote ${path}`);
}
