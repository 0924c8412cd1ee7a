import { MusterError } from '@muster/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseProfile, parseProfiles } from './parse.ts';

const head = 'apiVersion: muster.dev/v1alpha1\nkind: ClusterProfile\n';
const withSpec = (spec: string, name = 'p'): string => `${head}metadata: {name: ${name}}\nspec: ${spec}\n`;

/** What a text is refused with. */
function refusal(text: string): string {
  try {
    parseProfiles(text, 'p.yaml');
  } catch (error) {
    expect(error).toMatchObject({ name: 'MusterError', code: 'profile_invalid', exitStatus: 1 });
    expect((error as MusterError).remedy).not.toBe('');
    return (error as MusterError).message;
  }
  throw new Error('was taken');
}

test('defaults are filled in, quantities become text', () => {
  const [profile] = parseProfiles(
    withSpec('{launcher: {pods: {}}, engine: {resources: {limits: {cpu: 2, memory: 1Gi}}}}'),
  );
  expect(profile!.spec).toEqual({
    engines: 1,
    engine: { kernel: 'node', resources: { limits: { cpu: '2', memory: '1Gi' } } },
    launcher: { pods: {} },
  });
  expect(parseProfiles(withSpec('{launcher: {mpi: {}}}'))[0]!.spec.launcher.mpi).toEqual({ mpiexec: ['mpiexec'] });
  expect(parseProfiles(withSpec('{launcher: {ssh: {hosts: [{host: "::1"}]}}}'))[0]!.spec.launcher.ssh).toEqual({
    hosts: [{ host: '::1', slots: 1 }],
  });
});

test('several documents, empty ones between, JSON, and what Kubernetes adds to an object', () => {
  const text = `---\n${withSpec('{launcher: {local: {}}}', 'a')}---\n---\n${withSpec('{launcher: {pods: {}}}', 'b')}`;
  expect(parseProfiles(text).map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
  const [profile] = parseProfiles(text);
  expect(parseProfiles(JSON.stringify(profile))).toEqual([profile]);
  const metadata = { name: 'a', namespace: 'lab', uid: 'u', generation: 3, managedFields: [{ manager: 'kubectl' }] };
  const status = { observedGeneration: 2, launches: [{ launcher: 'pods', id: 'a-1', n: 1, namespace: 'lab' }] };
  expect(parseProfile({ ...profile, metadata, status })).toMatchObject({ metadata, status });
});

test.each([
  ['{engines: -1, launcher: {local: {}}}', 'p.yaml ("p"): spec.engines: expected at least 0, got -1'],
  ['{engines: 1.5, launcher: {local: {}}}', 'p.yaml ("p"): spec.engines: expected a whole number, got 1.5'],
  ['{}', 'p.yaml ("p"): spec.launcher: expected members (an object), got nothing'],
  ['{launcher: {}}', 'p.yaml ("p"): spec.launcher must have exactly one of pods, local, ssh, mpi, pbs'],
  [
    '{launcher: {local: }}',
    'p.yaml ("p"): spec.launcher.local: expected members (an object), got nothing: write {} when it has no members',
  ],
  [
    '{engine: {kernal: node}, launcher: {local: {}}}',
    'p.yaml ("p"): spec.engine has no member "kernal"; it has kernel, command, image, resources, env, args, startupCommand, workDir',
  ],
  [
    '{engine: {kernel: r}, launcher: {local: {}}}',
    'p.yaml ("p"): spec.engine.kernel: expected one of node, python, got "r"',
  ],
  [
    '{launcher: {ssh: {hosts: [{host: -oProxyCommand=x}]}}}',
    'p.yaml ("p"): spec.launcher.ssh.hosts[0].host: expected the name or address of a host, got "-oProxyCommand=x"',
  ],
  [
    '{engines: 0, launcher: {ssh: {hosts: []}}}',
    'p.yaml ("p"): spec.launcher.ssh.hosts: expected a list of at least 1',
  ],
  [
    '{engine: {workDir: "a\\0b"}, launcher: {local: {}}}',
    expect.stringContaining('spec.engine.workDir: expected text without NUL'),
  ],
  ['{engine: {workDir: a, workDir: b}}', 'p.yaml has the member "workDir" twice in one place.'],
  ['{engine: {args: &a [*a]}}', 'p.yaml is nested more than 32 deep, or has too many members.'],
])('%s is refused', (spec, message) => {
  expect(refusal(withSpec(spec))).toEqual(message);
});

test('what is wrong with several members is told at once', () => {
  expect(refusal(withSpec('{engines: x, engine: {args: 1}, launcher: {local: {}}}', 'lab'))).toBe(
    'p.yaml ("lab"):\n  - spec.engines: expected a whole number, got "x"\n  - spec.engine.args: expected a list, got 1',
  );
});

test('values of environment variables stay out of messages', () => {
  const message = refusal(withSpec('{engine: {env: [{name: TOKEN, value: 4242}]}, launcher: {local: {}}}'));
  expect(message).toBe('p.yaml ("p"): spec.engine.env[0].value: expected text, got a number');
});

test.each([
  ['', 'p.yaml has no ClusterProfile.'],
  ['- a', 'p.yaml is not an object with members.'],
  ['{', /^p\.yaml is not YAML: .*line 1/],
  ['kind: Secret', 'p.yaml is a Secret, not a ClusterProfile.'],
  [`${withSpec('{launcher: {pods: {}}}')}---\n7`, 'p.yaml, document 2, is not an object with members.'],
  [
    `${withSpec('{launcher: {pods: {}}}')}---\n${withSpec('{launcher: {pods: {}}}')}`,
    'p.yaml has two profiles of the name p.',
  ],
  ['x'.repeat(2 ** 20 + 1), 'p.yaml is longer than 1048576 characters.'],
  ['---\n'.repeat(300), 'p.yaml has more than 256 documents.'],
  ['['.repeat(100_000), /^p\.yaml cannot be read as YAML|^p\.yaml is not YAML/],
  [
    `a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [${'*a,'.repeat(10)}]\nc: &c [${'*b,'.repeat(10)}]\nd: [${'*c,'.repeat(10)}]`,
    /^p\.yaml cannot be used: Excessive alias count/,
  ],
] as const)('a text that is no profile: %#', (text, message) => {
  const told = refusal(text);
  if (typeof message === 'string') expect(told).toBe(message);
  else expect(told).toMatch(message);
});

test('many members of one object do not take long', () => {
  const text = Array.from({ length: 120_000 }, (_, i) => `k${i}:`).join('\n');
  const before = performance.now();
  expect(refusal(text)).toMatch(/^p\.yaml:/);
  expect(performance.now() - before).toBeLessThan(10_000);
});

test('whatever comes, the only error is profile_invalid', () => {
  const onlyThat = (body: () => unknown): void => {
    try {
      body();
    } catch (error) {
      if (!(error instanceof MusterError && error.code === 'profile_invalid')) throw error;
    }
  };
  const name = fc.constantFrom(
    'spec',
    'launcher',
    'ssh',
    'hosts',
    'engine',
    'env',
    'metadata',
    'name',
    'pods',
    '__proto__',
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ depthSize: 'small' }, fc.anything(), fc.dictionary(name, tie('tree')), fc.array(tie('tree'))),
  }));
  const whole = fc.record({
    apiVersion: fc.constant('muster.dev/v1alpha1'),
    kind: fc.constant('ClusterProfile'),
    metadata: fc.oneof(fc.constant({ name: 'p' }), tree),
    spec: fc.record({ engines: fc.oneof(fc.nat(5), tree), engine: tree, launcher: tree }),
  });
  fc.assert(fc.property(fc.oneof(whole, tree), (value) => onlyThat(() => parseProfile(value))));
  const yaml = fc.oneof(
    fc.string(),
    fc
      .array(fc.constantFrom('a: ', '- ', '\n', '  ', '{', ']', '&a ', '*a', '!!x ', '? ', '|', '"', '---\n'))
      .map((parts) => parts.join('')),
  );
  fc.assert(fc.property(yaml, (text) => onlyThat(() => parseProfiles(text))));
  const hostile = {
    ...parseProfiles(withSpec('{launcher: {pods: {}}}'))[0],
    get spec(): never {
      throw new Error('no');
    },
  };
  onlyThat(() => parseProfile(hostile));
});
