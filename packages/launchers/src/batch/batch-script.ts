// The script of a job for ipcluster: the user's template or the usual one, filled in, with what a job needs besides. Pure.
import type { JsonObject } from '@muster/protocol';
import { quote, quoteAll } from '../folder/shell.ts';
import type { LaunchRole, LaunchSpec } from '../port.ts';
import type { About, BatchSystem } from './batch-system.ts';
import { furtherSettings } from './batch-system.ts';
import { checkQueue, splitHead } from './job-script.ts';
import type { TemplateValues } from './template.ts';
import { renderTemplate } from './template.ts';

export interface BatchOrder {
  readonly role: LaunchRole;
  readonly spec: LaunchSpec;
  /** Program and arguments. */
  readonly command: readonly [string, ...string[]];
  /** "" for the queue that the system takes itself. */
  readonly queue: string;
  /** The user's own, and where it is from; undefined for the usual one. */
  readonly template?: { readonly text: string; readonly title: string } | undefined;
  readonly namespace: JsonObject;
  /** Those of `furtherSettings` that are given. */
  readonly further: Readonly<Partial<Record<(typeof furtherSettings)[number], string>>>;
  /** Where the output goes unless the template says so itself. */
  readonly outputFile: string;
  /** Line for tasks, where it depends on the version. */
  readonly array?: string | undefined;
}

/** Text of the script. Throws MusterError `bad_option` for a queue or a template that cannot be. */
export function buildBatchScript(system: BatchSystem, order: BatchOrder): string {
  const { queue, role, spec, template } = order;
  if (queue !== '') checkQueue(queue, system.listQueues);
  const text = template?.text ?? system.templates[role];
  const says = (what: keyof About<string>): boolean => hasDirective(text, system.prefix, system.options[what] ?? []);
  const tasks = template === undefined && hasTasks(system, role, spec.n);
  const added = [
    ...(queue === '' || says('queue') ? [] : [system.directives.queue]),
    ...(says('output') ? [] : [system.directives.output]),
    ...furtherSettings.flatMap((what) =>
      order.further[what] && system.directives[what] && !says(what) ? [system.directives[what]] : [],
    ),
    ...(tasks ? [order.array ?? system.directives.array] : []),
  ];
  const values = templateValues(order);
  const rendered = renderTemplate(text, values, template?.title);
  const [first = '', ...rest] = rendered.split('\n');
  const isShebang = first.startsWith('#!');
  const script = [
    isShebang ? first : '#!/bin/sh',
    ...(added.length === 0 ? [] : renderTemplate(added.join('\n'), values).split('\n')),
    ...(isShebang ? [] : [first]),
    ...rest,
  ].join('\n');
  if (isShebang && !/\b(ba|da|k|z|a)?sh\b/.test(first)) return script;
  const { head, body } = splitHead(script);
  return [...head, prologue(system, order, !says('output')), ...body].join('\n');
}

/** With one engine there is nothing to tell apart. */
export const hasTasks = (system: BatchSystem, role: LaunchRole, n: number): boolean =>
  role === 'engine' && system.engineTasks && n > 1;

/** All that a template can name (§9.3). */
function templateValues({ spec, command, queue, outputFile, namespace, further }: BatchOrder): TemplateValues {
  const [program, ...args] = command;
  return {
    n: spec.n,
    profile_dir: spec.profileDir,
    queue,
    cluster_id: spec.clusterId,
    output_file: outputFile,
    program: quote(program),
    program_args: quoteAll(args),
    program_and_args: quoteAll(command),
    environment_json: JSON.stringify(environmentOf(spec)),
    ...further,
    ...(namespace as TemplateValues),
  };
}

const environmentOf = ({ clusterId, profileDir, environment }: LaunchSpec): Record<string, string> => ({
  IPP_CLUSTER_ID: clusterId,
  IPP_PROFILE_DIR: profileDir,
  ...Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  ),
});

/** Has a template a directive with one of these options? */
function hasDirective(template: string, prefix: string, options: readonly string[]): boolean {
  const lines = template.split('\n').filter((line) => line.startsWith(prefix));
  return lines.some((line) => line.split(/[\s=]+/).some((word) => options.some((option) => isOption(word, option))));
}

/** `-q`, `-qshort`, `--partition`. */
const isOption = (word: string, option: string): boolean =>
  word === option || (/^-\w$/.test(option) && word.startsWith(option));

/** Between head and body: the environment, which comes by no other way everywhere, the folder, and the log as it is written. */
function prologue({ taskVariables }: BatchSystem, { spec, outputFile }: BatchOrder, logs: boolean): string {
  const taken = Object.keys(spec.environment).filter((name) => spec.environment[name] === undefined);
  const index = taskVariables.reduceRight((inner, name) => `\${${name}:-${inner}}`, '');
  return `
${Object.entries(environmentOf(spec))
  .map(([name, value]) => `export ${name}=${quote(value)}`)
  .join('\n')}
${taken.length === 0 ? '' : `unset ${taken.map(quote).join(' ')}\n`}cd ${quote(spec.workDir)} || :
${logs ? redirect(outputFile, index) : ''}`;
}

/** Tasks have a log each, counted from 0 on. A folder that is not there, where no file system is shared, is no reason to stop. */
const redirect = (outputFile: string, index: string): string => `muster_log=${quote(outputFile)}
muster_task=${index}
case $muster_task in
  '' | *[!0-9]*) ;;
  *) muster_log=\${muster_log%.log}-$((muster_task - 1)).log ;;
esac
[ ! -w "$(dirname "$muster_log")" ] || exec >>"$muster_log" 2>&1
`;
