// Writes what the chart has from tables. Run as: node scripts/chart/generate.ts
import { writeFileSync } from 'node:fs';
import { wantedFiles } from './chart-files.ts';

for (const [path, text] of Object.entries(wantedFiles())) {
  writeFileSync(path, text);
  console.log(path);
}
