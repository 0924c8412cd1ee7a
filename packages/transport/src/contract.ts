// The contract suite: every sentence of port.ts, for any Transport. Its real adapter and its twin both pass it:
//   transportContract('memory', (onError) => createMemoryTransport({ onError }), { describe, test, expect });
import { checkClosing } from './contract/closing.ts';
import { checkCurve } from './contract/curve.ts';
import { checkEndpoints } from './contract/endpoints.ts';
import { checkIdentities } from './contract/identities.ts';
import type { CreateTransport, Runner } from './contract/kit.ts';
import { createChecker } from './contract/kit.ts';
import { checkLimits } from './contract/limits.ts';
import { checkMessages } from './contract/messages.ts';
import { checkPublishing } from './contract/publishing.ts';
import { checkQueue } from './contract/queue.ts';
import { checkReceiver } from './contract/receiver.ts';

export type { CreateTransport, Runner } from './contract/kit.ts';

/** Registers the suite with a test runner. Every test opens a transport of its own. */
export function transportContract(name: string, create: CreateTransport, runner: Runner): void {
  const { describe } = runner;
  const check = createChecker(create, runner);
  describe(`${name} transport`, () => {
    describe('messages', () => checkMessages(check, runner));
    describe('identities', () => checkIdentities(check, runner));
    describe('endpoints', () => checkEndpoints(check, runner));
    describe('publishing', () => checkPublishing(check, runner));
    describe('the receiver', () => checkReceiver(check, runner));
    describe('the queue', () => checkQueue(check, runner));
    describe('closing', () => checkClosing(check, runner));
    describe('CURVE', () => checkCurve(check, runner));
    describe('limits', () => checkLimits(check, runner));
  });
}
