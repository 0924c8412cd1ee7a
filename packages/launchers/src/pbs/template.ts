// Templates of job scripts: text with {n}, {n//4}, {queue} … in it. Nothing in a template is run as code. Pure.
import { MusterError } from '@muster/protocol';
import { evaluate } from './arithmetic.ts';

/** One node for all engines; a job of several nodes takes a template of its own, with mpiexec or pbsdsh. */
export const defaultTemplate = `#!/bin/sh
#PBS -l nodes=1:ppn={n}

index=0
while [ "$index" -lt {n} ]; do
  MUSTER_INDEX=$index {command} &
  index=$((index + 1))
done
wait
`;

export interface TemplateValues {
  /** How many engines; also in arithmetic with whole numbers: {n//4}, {(n+3)//4}, {n*2}. */
  readonly n: number;
  /** "" when the profile names none. */
  readonly queue: string;
  readonly launch_id: string;
  /** Name of the job: the launch's id, or its end where that is too long for a name. */
  readonly job_name: string;
  /** For the shell: the folder of the launch. */
  readonly profile_dir: string;
  /** For the shell: starts one engine, whose index comes from MUSTER_INDEX or from MPI. */
  readonly command: string;
}

// Braces of the shell are left alone: ${NAME}, { list; }, {1..4}, '{print $1}'.
const placeholder = /(?<!\$)\{([A-Za-z0-9_(][\w\s()+*/%-]*)\}/g;

/** Throws MusterError `bad_option` for a key that does not exist, naming those that do. */
export function renderTemplate(template: string, values: TemplateValues): string {
  return template.replace(placeholder, (whole, inner: string) => {
    const key = inner.trim();
    if (Object.hasOwn(values, key)) return String(values[key as keyof TemplateValues]);
    const result = evaluate(key, { n: values.n });
    if (result !== undefined) return String(result);
    throw new MusterError(
      'bad_option',
      `The template of the job has ${whole}, which is nothing.`,
      `There are: ${Object.keys(values)
        .map((name) => `{${name}}`)
        .join(', ')}, and arithmetic with n, such as {n//4} or {(n+3)//4}.`,
    );
  });
}
