// The bus between simulated processes, as NATS is one: facts take their time, those of one publisher come in order, and what
// is for a process that is not there is lost. Now and then a fact is lost on its way; then the receiver is told of the gap.
import type { Answerer, Bus, Fact, FactType, Question, QuestionType } from '@muster/bus';
import type { Random, VirtualTime } from '@muster/machine';
import { MusterError } from '@muster/protocol';

export interface Member extends Bus {
  /** The process is gone: nothing comes in or goes out any more. */
  die(): void;
}

export interface SimulatedBus {
  /** `onGap`: the member may have missed facts. */
  join(onGap: () => void): Member;
  /** Loses no more facts. */
  heal(): void;
}

interface Party {
  alive: boolean;
  readonly receivers: Map<FactType, Set<(fact: Fact) => void>>;
  readonly answerers: Map<QuestionType, (question: Question) => unknown>;
  readonly onGap: () => void;
  /** When the last fact of each publisher arrives. */
  readonly arrivals: Map<Party, number>;
}

const lossProbability = 0.003;

export function createSimulatedBus(time: VirtualTime, random: Random, slowestUs: number): SimulatedBus {
  const parties = new Set<Party>();
  let healed = false;
  const delayUs = (): number => 20 + Math.floor(random() ** 4 * slowestUs);

  function deliver(from: Party, to: Party, fact: Fact): void {
    const atUs = Math.max(time.nowUs + delayUs(), to.arrivals.get(from) ?? 0);
    to.arrivals.set(from, atUs);
    const isLost = !healed && random() < lossProbability;
    time.at(atUs, () => {
      if (!to.alive) return;
      if (isLost) return to.onGap();
      for (const receive of to.receivers.get(fact.type) ?? []) receive(fact);
    });
  }
  function ask(from: Party, question: Question, timeoutMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const later = (act: () => void): void =>
        void time.at(time.nowUs + delayUs(), () => {
          if (from.alive) act();
        });
      const fail = (code: 'nobody_serves' | 'timeout'): void => reject(new MusterError(code, question.type));
      time.at(time.nowUs + timeoutMs * 1000, () => fail('timeout'));
      const to = [...parties].find((party) => party.answerers.has(question.type));
      if (to === undefined) return later(() => fail('nobody_serves'));
      time.at(time.nowUs + delayUs(), () => {
        const answer = to.alive ? to.answerers.get(question.type) : undefined;
        if (answer === undefined) return;
        Promise.resolve()
          .then(() => answer(question))
          .then(
            (value) => later(() => resolve(value)),
            (error) => later(() => reject(error as Error)),
          );
      });
    });
  }
  function join(onGap: () => void): Member {
    const self: Party = { alive: true, receivers: new Map(), answerers: new Map(), onGap, arrivals: new Map() };
    parties.add(self);
    function die(): void {
      self.alive = false;
      parties.delete(self);
    }
    return {
      die,
      publish(fact) {
        if (self.alive) for (const party of parties) deliver(self, party, fact);
      },
      subscribe(type, receive) {
        const set = self.receivers.get(type) ?? new Set();
        self.receivers.set(type, set);
        set.add(receive as (fact: Fact) => void);
        return () => set.delete(receive as (fact: Fact) => void);
      },
      ask: (question, { timeoutMs }) => ask(self, question as Question, timeoutMs) as never,
      serve<T extends QuestionType>(type: T, answer: Answerer<T>) {
        self.answerers.set(type, answer as unknown as (question: Question) => unknown);
        return () => self.answerers.delete(type);
      },
      async close() {
        die();
      },
    };
  }
  return {
    join,
    heal() {
      healed = true;
    },
  };
}
