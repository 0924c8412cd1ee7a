// One call of a launcher of ipcluster, where the commands of the batch system are: choice and call come by stdin, the answer goes to
// stdout. So handles go from program to program as text.
import { findLauncher, type LaunchHandle, type LaunchSignal, type LaunchSpec } from '@muster/launchers';

interface Call {
  readonly choice: Omit<Parameters<typeof findLauncher>[0], 'warn'>;
  readonly submit?: LaunchSpec;
  readonly status?: LaunchHandle;
  readonly remove?: LaunchHandle;
  readonly logs?: LaunchHandle;
  readonly signal?: readonly [LaunchHandle, LaunchSignal];
}

async function answer({ choice, submit, status, remove, logs, signal }: Call): Promise<unknown> {
  const launcher = await findLauncher(choice);
  if (submit !== undefined) return launcher.submit(submit);
  if (status !== undefined) return launcher.status(status);
  if (logs !== undefined) return launcher.logs?.(logs);
  if (signal !== undefined) return launcher.signal?.(...signal);
  return remove === undefined ? undefined : launcher.remove(remove);
}

let text = '';
for await (const chunk of process.stdin) text += chunk;
try {
  console.log(JSON.stringify({ answer: (await answer(JSON.parse(text))) ?? null }));
} catch (error) {
  const { code, message, remedy } = error as { code?: string; message: string; remedy?: string };
  console.log(JSON.stringify({ error: { code, message, remedy } }));
}
