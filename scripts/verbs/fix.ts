// npm run fix: formats and applies the linter's safe fixes.
import { spawnSync } from 'node:child_process';

process.exitCode = spawnSync('biome', ['check', '--write', '.'], { stdio: 'inherit' }).status ?? 1;
