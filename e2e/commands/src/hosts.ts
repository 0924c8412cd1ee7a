// node1, node2 and node3: three hosts with nothing in common, and a person at each.
import type { Machine } from '@muster/lab';
import { createMachines } from '@muster/lab';
import { expect } from 'vitest';
import type { Question } from './compute.ts';
import { compute } from './compute.ts';
import type { Desk } from './desk.ts';
import { deskOn } from './desk.ts';
import { nothingLeftOn } from './nothing-left.ts';
import { installed } from './parts.ts';

export interface Hosts extends AsyncDisposable {
  readonly machines: readonly [Machine, Machine, Machine];
  readonly desks: readonly [Desk, Desk, Desk];
  /** Nothing runs on any of them; then the homes are emptied. */
  endTest(): Promise<void>;
}

/** Where the connection files of the default profile are, for scp. */
export const security = '.ipython/profile_default/security';

/** `shared`: folders that all of them see. */
export async function createHosts(shared: readonly string[] = []): Promise<Hosts> {
  const machines = await createMachines(3, { shared: [...installed, ...shared], name: 'node' });
  const desks = machines.list.map((machine) => deskOn(machine)) as [Desk, Desk, Desk];
  return {
    machines: machines.list as never,
    desks,
    endTest: async () => {
      await Promise.all(machines.list.map(nothingLeftOn));
      await Promise.all(desks.map((desk) => desk.must('rm -rf .ipython *.json *.ts *.txt')));
    },
    [Symbol.asyncDispose]: () => machines.close(),
  };
}

/** On which hosts the engines are, in order of names; each has to compute. */
export async function hostsOf(desk: Desk, question: Question): Promise<string[]> {
  const answers = await compute(desk, question);
  expect(answers.map(({ product }) => product)).toEqual(Array(question.n).fill(42));
  return answers.map(({ host }) => host).sort();
}
