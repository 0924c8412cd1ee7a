// spec.engine: what one engine is.
import { z } from 'zod';
import { uniqueBy, withRules } from './rules.ts';
import { matching, someText, text, words } from './text.ts';

const environmentVariable = withRules(
  z.strictObject({
    name: matching(
      /^[A-Za-z_][A-Za-z0-9_]*$/,
      256,
      'the name of an environment variable: letters, digits and "_", not first a digit',
    ).describe('Name of the variable.'),
    value: text(32_768).describe('Its value, as it is: nothing is expanded. No place for secrets.'),
  }),
  [
    {
      cel: "self.name != 'IPP_CONNECTION_INFO'",
      check: ({ name }) => name !== 'IPP_CONNECTION_INFO',
      message: 'IPP_CONNECTION_INFO is how an engine is told its controller: Muster sets it, so leave it out',
    },
  ],
);

const quantityPattern = /^([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$/;

/** `500m`, `2Gi`, or a plain number, which becomes text. */
const quantity = z
  .union(
    [z.string().max(64).regex(quantityPattern, 'expected a quantity'), z.int().min(0)],
    'expected a quantity, such as 500m, "0.5" or 2Gi',
  )
  .transform(String)
  .meta({ 'x-kubernetes-int-or-string': true });

const quantities = z
  .record(z.string(), quantity)
  .refine((value) => Object.keys(value).length <= 16, 'too many members');

const resources = z.strictObject({
  requests: quantities
    .meta({ maxProperties: 16 })
    .optional()
    .describe('What each engine is sure to get, by resource: cpu, memory, …'),
  limits: quantities
    .meta({ maxProperties: 16 })
    .optional()
    .describe('What no engine gets more of, by resource: cpu, memory, …'),
});

export const engineSchema = z
  .strictObject({
    kernel: z
      .enum(['node', 'python'])
      .default('node')
      .describe('node: the engine of Muster, for JavaScript and TypeScript. python: ipengine of ipyparallel.'),
    command: words()
      .min(1)
      .optional()
      .describe("The program and its first arguments, in place of the kernel's own; the engine's flags are added."),
    image: matching(/^[A-Za-z0-9][A-Za-z0-9._:/@-]*$/, 1024, 'the name of an image, such as localhost/engine:1')
      .optional()
      .describe("Image of the engines' container, for the launcher pods; without it, the one that the operator has."),
    resources: resources.optional().describe('Resources of each engine, for the launcher pods.'),
    env: uniqueBy(z.array(environmentVariable).max(128), 'name')
      .optional()
      .describe('Environment variables of the engines.'),
    args: words().optional().describe("Arguments behind the engine's own."),
    startupCommand: someText(65_536)
      .optional()
      .describe("Code in the kernel's language, run in each engine before any request."),
    workDir: someText(4096).optional().describe('Folder in which the engines run; it has to exist.'),
  })
  .prefault({})
  .describe('What each engine is.');
