// The Dockerfile and the compose file fit each other and the services.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { channelPorts, defaultBasePort } from '@muster/config';
import { serviceCommands } from '@muster/standalone';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const folder = join(import.meta.dirname, '../../../docker');
const dockerfile = readFileSync(join(folder, 'Dockerfile'), 'utf8');

interface ComposeService {
  readonly build?: { readonly target: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly network_mode?: string;
  readonly ports?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly healthcheck?: object;
}

const { services } = parse(readFileSync(join(folder, 'compose.yaml'), 'utf8'), { merge: true }) as {
  readonly services: Readonly<Record<string, ComposeService>>;
};
const names = Object.keys(serviceCommands);

test('every service has a target that starts it, and a container of it', () => {
  for (const name of names) {
    expect(dockerfile).toContain(`AS ${name}\nCMD ["service", "${name}"]\n`);
    expect(services[name]).toMatchObject({ build: { target: name }, network_mode: 'service:address', healthcheck: {} });
  }
});

test('what is built is a target, and no image runs as root', () => {
  const targets = [...dockerfile.matchAll(/^FROM .* AS (\S+)$/gm)].map(([, target]) => target);
  for (const { build } of Object.values(services)) if (build) expect(targets).toContain(build.target);
  for (const stage of dockerfile.split(/^FROM /m).slice(1))
    expect(stage.includes(' AS tree') || stage.lastIndexOf('USER root') <= stage.lastIndexOf('USER 1000:1000')).toBe(
      true,
    );
});

test.each(Object.entries(serviceCommands))('%s is given settings that it has', (name, { table }) => {
  const known: (string | undefined)[] = Object.values(table).map(({ env }) => env);
  const given = Object.keys(services[name]?.environment ?? {});
  expect(given).toContain('MUSTER_NATS');
  expect(given.includes('MUSTER_MONGODB')).toBe(known.includes('MUSTER_MONGODB'));
  expect(given.filter((variable) => !known.includes(variable))).toEqual([]);
});

test('the ports are those of the cluster, for this machine alone', () => {
  const range = `${defaultBasePort}-${defaultBasePort + channelPorts.length - 1}`;
  const published = Object.values(services).flatMap(({ ports = [] }) => ports);
  expect(published).toEqual([`127.0.0.1:${range}:${range}`]);
});

test('each watches a port of its own', () => {
  const ports = names.map((name) => services[name]?.environment?.MUSTER_HTTP);
  expect(new Set(ports).size).toBe(names.length);
});

test('containers of ours write nowhere and may do nothing special', () => {
  const ours = Object.values(services).filter(({ build }) => build);
  expect(ours).toHaveLength(names.length + 2);
  for (const one of ours) expect(one).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
});
