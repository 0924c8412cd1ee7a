// The contract suite: every sentence of bus.ts, for any Bus. All forms of it pass:
//   busContract('in-process', async (onError) => { … }, { describe, test, expect });
import { checkAsking } from './contract/asking.ts';
import { checkClosing } from './contract/closing.ts';
import { checkDelivery } from './contract/delivery.ts';
import type { OpenBus, Runner } from './contract/kit.ts';
import { createChecker } from './contract/kit.ts';
import { checkMessages } from './contract/messages.ts';

export type { BusUnderTest, OpenBus, Runner } from './contract/kit.ts';

/** Registers the suite with a test runner. Every test opens a bus of its own. */
export function busContract(name: string, open: OpenBus, runner: Runner): void {
  const { describe } = runner;
  const check = createChecker(open, runner);
  describe(`${name} bus`, () => {
    describe('delivery', () => checkDelivery(check, runner));
    describe('messages', () => checkMessages(check, runner));
    describe('questions', () => checkAsking(check, runner));
    describe('closing', () => checkClosing(check, runner));
  });
}
