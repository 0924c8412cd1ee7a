// A kernelspec → the command line and environment of its kernel.
import { dirname, join } from 'node:path';
import type { Kernelspec } from './kernelspec.ts';

/** As Jupyter fills in: unknown names in braces stay as they are. */
export function kernelArguments(
  spec: Kernelspec,
  connectionFile: string,
  isProgram: (path: string) => boolean,
): string[] {
  const known: Record<string, string> = {
    connection_file: connectionFile,
    resource_dir: spec.folder,
    prefix: prefixOf(spec),
  };
  const [program = '', ...rest] = spec.argv.map((text) =>
    text.replace(/\{([A-Za-z0-9_]+)\}/g, (whole, name: string) => (Object.hasOwn(known, name) ? known[name]! : whole)),
  );
  return [ownPython(spec, program, isProgram), ...rest];
}

/** The installation that a kernelspec belongs to: PREFIX/share/jupyter/kernels/NAME. */
const prefixOf = ({ folder }: Kernelspec): string => dirname(dirname(dirname(dirname(folder))));

/** A bare `python` means that of the kernelspec's own installation, where it has one. */
function ownPython(spec: Kernelspec, program: string, isProgram: (path: string) => boolean): string {
  if (!/^python(\d(\.\d+)?)?$/.test(program)) return program;
  const own = join(prefixOf(spec), 'bin', program);
  return isProgram(own) ? own : program;
}

/** `${NAME}` in the kernelspec's variables means that of the environment. */
export function kernelEnvironment(spec: Kernelspec, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const added = Object.entries(spec.env).map(([name, text]) => [
    name,
    text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (whole, of: string) => env[of] ?? whole),
  ]);
  return { ...env, ...(Object.fromEntries(added) as Record<string, string>), JPY_PARENT_PID: String(process.pid) };
}
