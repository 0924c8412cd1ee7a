// What one looks at when something in a cluster went wrong.
import type { Program } from '@muster/testkit';
import type { Kubectl } from './kubectl.ts';

const lastLines = (text: string, count: number): string => text.trimEnd().split('\n').slice(-count).join('\n');

interface PodList {
  readonly items: readonly { readonly metadata: { readonly name: string; readonly namespace: string } }[];
}

export async function describeTrouble(kubectl: Kubectl, programs: readonly Program[] = []): Promise<string> {
  const say = async (...args: string[]): Promise<string> => (await kubectl.attempt(args)).output;
  const pods = JSON.parse(
    (await kubectl.attempt(['get', 'pods', '-A', '-o', 'json'])).stdout || '{"items":[]}',
  ) as PodList;
  const sections = [
    ['pods', await say('get', 'pods', '-A', '-o', 'wide')],
    ['profiles', await say('get', 'clusterprofiles', '-A', '-o', 'yaml')],
    ['events', lastLines(await say('get', 'events', '-A', '--sort-by=.lastTimestamp'), 40)],
  ];
  for (const { metadata } of pods.items) {
    if (metadata.namespace === 'kube-system') continue;
    const which = ['--namespace', metadata.namespace, metadata.name, '--all-containers', '--tail=40'];
    sections.push([`log of ${metadata.name}`, await say('logs', ...which)]);
  }
  for (const { output } of programs) sections.push(['last words of a part', lastLines(output, 8)]);
  return sections.map(([title, text]) => `=== ${title}\n${text}`).join('\n');
}
