// Rules that the chart keeps whatever its values are, looked up in what helm makes of it.
import { channelPorts } from '@muster/config';
import { serviceCommands } from '@muster/standalone';
import { describe, expect, test } from 'vitest';
import type { Manifest } from './chart-rendering.ts';
import {
  chartFolder,
  containersOf,
  ofKind,
  podsOf,
  renderChart,
  runHelm,
  valueSets,
  whyNoHelm,
} from './chart-rendering.ts';

describe.skipIf(whyNoHelm !== undefined)(`the chart${whyNoHelm === undefined ? '' : ` (${whyNoHelm})`}`, () => {
  test('helm has nothing to complain of', async () => {
    const run = await runHelm(['lint', '--strict', chartFolder]);
    expect(run).toMatchObject({ code: 0, output: expect.stringContaining('0 chart(s) failed') });
  });

  describe.each(Object.entries(valueSets))('%s', (_name, values) => {
    const rendered = renderChart(values);
    rendered.catch(() => {});

    test('every pod is restricted, bounded, and has no token but the operator', async () => {
      const pods = podsOf(await rendered);
      expect(pods.length).toBeGreaterThanOrEqual(6);
      for (const [name, pod] of pods) {
        expect([name, pod.automountServiceAccountToken]).toEqual([name, name.endsWith('-launcher-operator')]);
        expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
        expect(pod).not.toHaveProperty('hostNetwork');
        for (const container of containersOf(pod)) {
          expect(container.securityContext).toEqual({
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          });
          expect(container.resources.limits.memory).toMatch(/^\d+[MG]i$/);
          expect(Object.keys(container.resources.requests).sort()).toEqual(['cpu', 'memory']);
        }
      }
    });

    test('each channel has one pod that declares it, and one port of the address', async () => {
      const manifests = await rendered;
      const declared = podsOf(manifests).flatMap(([name, pod]) =>
        pod.containers.flatMap(({ ports = [] }) =>
          ports.filter((port) => port.name !== 'http').map((port) => [port.name, port.containerPort, name] as const),
        ),
      );
      const address = ofKind(manifests, 'Service').find(({ spec }) => spec.selector['muster.dev/address'])!;
      const isStrict = 'curve.strict' in values;
      const channels = channelPorts.filter((port) => isStrict || !('strict' in port));
      expect(address.spec.ports).toHaveLength(channels.length);
      for (const [offset, { name, service }] of channels.entries()) {
        const port = 30_201 + offset;
        expect(declared.filter((one) => one[0] === name)).toEqual([
          [name, port, expect.stringMatching(`-${service}$`)],
        ]);
        const isNodePort = address.spec.type === 'NodePort';
        expect(address.spec.ports[offset]).toEqual({
          name,
          port,
          targetPort: name,
          ...(isNodePort && { nodePort: port }),
        });
      }
      const others = declared.filter(([name]) => !channels.some((channel) => channel.name === name));
      expect(new Set(others.map(([name]) => name)).size).toBe(others.length);
    });

    test('rights end at the namespace, are named one by one, and touch no Secret but the named', async () => {
      const manifests = await rendered;
      expect(manifests.filter(({ kind }) => kind.startsWith('Cluster'))).toEqual([]);
      const roles = ofKind(manifests, 'Role');
      expect(roles).toHaveLength(1);
      for (const rule of roles[0]!.rules) {
        expect(rule.verbs).not.toContain('*');
        expect(rule.resources).not.toContain('*');
        if (!rule.resources.includes('secrets') && !rule.resources.includes('leases')) continue;
        expect(rule.resourceNames.length).toBeGreaterThan(0);
        expect(rule.verbs).not.toContain('list');
      }
    });

    test('no secret stands in a pod: all come as files of Secrets that exist or were named', async () => {
      const manifests = await rendered;
      const secrets = ofKind(manifests, 'Secret');
      const values = secrets.flatMap(({ stringData = {} }) => Object.values(stringData) as string[]);
      const pods = JSON.stringify(podsOf(manifests));
      for (const value of values) expect(pods).not.toContain(value);
      const known = [...secrets.map(({ metadata }) => metadata.name), 'k', 'm', 'p', 'ca', 't', 'c'];
      const used = [...pods.matchAll(/"secret":\{"(?:name|secretName)":"([^"]+)"/g)].map(([, name]) => name);
      expect(used.length).toBeGreaterThanOrEqual(6);
      expect(used.filter((name) => !known.includes(name!))).toEqual([]);
    });

    test('services take the settings that they are given, and nothing waits longer for its end than it may', async () => {
      for (const [name, command] of Object.entries(serviceCommands)) {
        const [, pod] = podsOf(await rendered).find(([pod]) => pod.endsWith(`-${name}`))!;
        const [container] = pod.containers;
        expect(container?.args).toEqual(['service', name]);
        const known = [...Object.values(command.table).map(({ env }) => env), 'HOME', 'MUSTER_HWM'];
        const given = container?.env?.map(({ name }) => name) ?? [];
        expect(given.filter((name) => !known.includes(name))).toEqual([]);
        for (const needed of ['MUSTER_KEY_FILE', 'MUSTER_NATS', 'MUSTER_MONGODB_FILE', 'MUSTER_IP'])
          expect([needed, given.includes(needed)]).toEqual([needed, known.includes(needed)]);
        expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(3 + 5);
        expect(container).toMatchObject({ livenessProbe: {}, readinessProbe: {} });
      }
    });

    test('policies close everything, and open nothing but named ports', async () => {
      const policies = ofKind(await rendered, 'NetworkPolicy');
      expect(policies.find(({ metadata }) => metadata.name.endsWith('-deny'))?.spec).toEqual({
        podSelector: {
          matchLabels: { 'app.kubernetes.io/name': 'muster', 'app.kubernetes.io/instance': 'muster' },
        },
        policyTypes: ['Ingress', 'Egress'],
      });
      const rules = policies.flatMap(({ spec }) => [...(spec.ingress ?? []), ...(spec.egress ?? [])]);
      expect(rules.length).toBeGreaterThan(5);
      for (const rule of rules) expect(rule.ports.length).toBeGreaterThan(0);
    });

    test('names fit', async () => {
      for (const { metadata, kind } of await rendered)
        expect(`${kind} ${metadata.name}`.length - kind.length - 1).toBeLessThanOrEqual(kind === 'Service' ? 63 : 58);
    });
  });

  test.each<[string, object, string]>([
    ['a load balancer without an address', { 'service.type': 'LoadBalancer' }, 'wants `address`'],
    ['ports that nodes do not have', { basePort: 1500 }, 'from 30000'],
    ['strict CURVE without keys', { 'curve.strict': true }, 'wants `curve.secret`'],
    ['a value that there is not', { replicas: 2 }, "additional properties 'replicas'"],
    ['a server that is no server', { 'nats.external.url': 'http://n' }, '/nats/external/url'],
    ['a setting that is none', { env: { PATH: '/' } }, 'PATH'],
    ['an image without a name', { 'images.services': '' }, '/images/services'],
  ])('%s is refused', async (_name, values, says) => {
    await expect(renderChart(values)).rejects.toThrow(says);
  });

  test('without network policies there are none', async () => {
    expect(ofKind(await renderChart({ 'networkPolicy.enabled': false }), 'NetworkPolicy')).toEqual([]);
  });

  test('a long name of a release is cut, so that all names fit', async () => {
    const longest = Math.max(...(await renderChart({}, 'r'.repeat(53))).map(({ metadata }) => metadata.name.length));
    expect(longest).toBeLessThanOrEqual(58);
  });

  test('the address is that of the node, or the one that was given', async () => {
    const addressOf = async (values: object): Promise<object | undefined> => {
      const operator = (await renderChart(values)).find(
        ({ kind, metadata }: Manifest) => kind === 'Deployment' && metadata.name.endsWith('-launcher-operator'),
      )!;
      return operator.spec.template.spec.containers[0].env.find(
        ({ name }: { name: string }) => name === 'MUSTER_ADDRESS',
      );
    };
    expect(await addressOf({})).toMatchObject({ valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } });
    expect(await addressOf({ 'service.type': 'ClusterIP' })).toMatchObject({ value: 'muster.lab.svc' });
    expect(await addressOf({ address: '10.1.2.3' })).toMatchObject({ value: '10.1.2.3' });
  });
});
