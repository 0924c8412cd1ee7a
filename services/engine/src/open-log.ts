// Where an engine logs to: the terminal, and a file of its profile, where that is here.
import { existsSync } from 'node:fs';
import { profilePart, resolveProfileDir } from '@muster/config';
import { createLogOutput, type LogOutput } from '@muster/telemetry/log-output';
import type { EngineValues } from './settings.ts';

/** `log/ipengine[-CLUSTER_ID]-PID.log`. Python's engine writes its log by itself; a profile is not made for the sake of it. */
export function openLogOutput(values: EngineValues, env: NodeJS.ProcessEnv): LogOutput {
  const { kernel, logToFile, clusterId, logFileBytes: maxBytes, logFiles: files, cleanLogs: clean } = values;
  const profileDir = resolveProfileDir(values, env);
  if (kernel === 'python' || !logToFile || !existsSync(profileDir)) return createLogOutput(undefined);
  const name = clusterId === '' ? 'ipengine' : `ipengine-${clusterId}`;
  return createLogOutput({ folder: profilePart(profileDir, 'log'), name, maxBytes, files, clean });
}
