// npm run check: types, lint, dependency rules and unused code, each by turbo, which skips what has not changed.
import { spawnSync } from 'node:child_process';

const run = spawnSync(
  'turbo',
  ['run', '//#types', '//#lint', '//#rooms', '//#unused', '--continue', '--output-logs=new-only'],
  {
    stdio: 'inherit',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
  },
);
process.exitCode = run.status ?? 1;
