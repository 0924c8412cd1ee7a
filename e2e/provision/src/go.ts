// Programs in Go, built from their modules. The same flags everywhere, so that builds share Go's own cache.
import { delimiter, join } from 'node:path';
import { runProgram } from '@muster/testkit';
import { mustRun } from './must-run.ts';
import type { Progress } from './progress.ts';

const oldest = [1, 24] as const;
const hour = 3_600_000;

const environment = (GOWORK = 'off') => ({
  CGO_ENABLED: '0',
  GOTOOLCHAIN: 'local',
  GOFLAGS: '-buildvcs=false',
  GOWORK,
});

/** The first go that is new enough: MUSTER_GO, those on PATH, where its own archive puts it. */
async function findGo(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const folders = [...(env.PATH ?? '').split(delimiter), '/usr/local/go/bin'].filter((folder) => folder !== '');
  const paths = [...(env.MUSTER_GO ? [env.MUSTER_GO] : []), ...folders.map((folder) => join(folder, 'go'))];
  for (const path of new Set(paths)) {
    const run = await runProgram([path, 'version'], { timeoutMs: 20_000, env: environment() }).catch(() => undefined);
    const [, major, minor] = /go version go(\d+)\.(\d+)/.exec(run?.stdout ?? '') ?? [];
    if (Number(major) > oldest[0] || (Number(major) === oldest[0] && Number(minor) >= oldest[1])) return path;
  }
  throw new Error(
    `Go ${oldest.join('.')} or later is needed (Debian's is older): unpack the archive of https://go.dev/dl/ ` +
      'to /usr/local/go, or name a go program by MUSTER_GO=/path/to/go',
  );
}

export interface GoBuild {
  /** Folder with go.mod. */
  readonly module: string;
  /** What to build: one package and a file, or several and a folder. */
  readonly packages: readonly string[];
  readonly output: string;
  /** Linker's `-X` settings, `package.variable=value`. */
  readonly variables?: readonly string[];
}

const go = async (args: readonly string[], module: string, onOutput?: (text: string) => void): Promise<string> =>
  mustRun([await findGo(), ...args], {
    cwd: module,
    env: environment(),
    timeoutMs: hour,
    ...(onOutput ? { onOutput } : {}),
  });

/** Downloads a module; resolves to its folder. */
export async function goModule(nameAndVersion: string, module: string): Promise<string> {
  const { Dir } = JSON.parse(await go(['mod', 'download', '-json', nameAndVersion], module)) as { Dir: string };
  return Dir;
}

/** `go build`, with the count of compiled packages every half minute. */
export async function goBuild({ module, packages, output, variables = [] }: GoBuild, progress: Progress) {
  let compiled = 0;
  const tick = setInterval(() => progress(`${compiled} packages compiled`), 30_000);
  try {
    const flags = ['-s', '-w', ...variables.flatMap((variable) => ['-X', variable])].join(' ');
    const args = ['build', '-v', '-mod=mod', '-trimpath', '-ldflags', flags, '-o', output, ...packages];
    await go(args, module, (text) => {
      compiled += text.split('\n').filter((line) => line !== '' && !line.startsWith('go:')).length;
    });
  } finally {
    clearInterval(tick);
  }
}
