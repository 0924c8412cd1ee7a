// The facts that services tell each other. A fact is past tense, can be repeated without harm, and can be rebuilt from
// the store or the peers. Messages travel in them undecoded (in one process: the same object, no copy).
import type { Message } from '@muster/protocol';
import type { KeptMark, Member, Members, Values } from './members.ts';
import { count, engineRef, text, uuid } from './members.ts';

export type { EngineRef, KeptMark, KernelName } from './members.ts';

interface FactEntry {
  readonly from: ServiceName | 'all';
  readonly to: ServiceName | 'all';
  readonly meaning: string;
  readonly members: Members;
  /** It carries a message, which its publisher has verified or not (§3.3). */
  readonly message?: 'verified' | 'unverified';
  /** Between services that run apart, its publisher keeps it until the hub has stored what it says (kept/). */
  readonly kept?: true;
  /** Where the wire description tells of it; `ours` when it does not. */
  readonly section: string;
}

export type ServiceName = 'hub' | 'task-scheduler' | 'relay' | 'heartmonitor' | 'launcher-operator';

const engineUuid = uuid;
/** As long as headers may have it (§3.2). */
const msgId: Member<string> = text('text', 1024);

/** Of a client, as in the headers of its messages. */
const session: Member<string> = text('text', 1024);
const probe: Member<string> = text('probe', 100);

export const factTable = {
  'service.started': {
    from: 'all',
    to: 'all',
    meaning: 'a service is up, perhaps again, and knows nothing of what was told before: tell it, and ask it, anew',
    members: { service: text('service', 100) },
    section: 'ours',
  },
  'cluster.shutdown': {
    from: 'hub',
    to: 'all',
    meaning: 'a client has ended the cluster: every service ends, for good',
    members: {},
    section: '§4.7',
  },
  'facts.kept': {
    from: 'hub',
    to: 'all',
    meaning: "the publisher's kept facts up to this number are handled and stored: it may forget them",
    members: { publisher: text('publisher', 100), upTo: count },
    section: 'ours',
  },
  'facts.missed': {
    from: 'hub',
    to: 'all',
    meaning: "the hub lacks the publisher's kept facts after this number: tell them again",
    members: { publisher: text('publisher', 100), after: count },
    section: 'ours',
  },
  'engine.registered': {
    from: 'hub',
    to: 'all',
    meaning: 'an engine is there and can be given work',
    members: { engine: engineRef },
    section: '§7.1',
  },
  'engine.unregistered': {
    from: 'hub',
    to: 'all',
    meaning: 'an engine is gone',
    members: { engine: engineRef, reason: text('text', 1000, 0) },
    section: '§7.4',
  },
  'registration.pending': {
    from: 'hub',
    to: 'heartmonitor',
    meaning: 'this engine is expected; look for its heart soon',
    members: { uuid },
    section: '§7.1',
  },
  'registration.ended': {
    from: 'hub',
    to: 'heartmonitor',
    meaning: "nobody waits for this engine's first beat any more",
    members: { uuid },
    section: '§7.1',
  },
  'heart.started': {
    from: 'heartmonitor',
    to: 'hub',
    meaning: 'this engine answers pings',
    members: { uuid },
    section: '§7.2',
  },
  'heart.stopped': {
    from: 'heartmonitor',
    to: 'hub',
    meaning: 'this engine has missed too many pings',
    members: { uuid },
    section: '§7.2',
  },
  'direct.requested': {
    from: 'relay',
    to: 'hub',
    meaning: "a client's request went to an engine by the direct channel",
    members: { engineUuid },
    message: 'unverified',
    kept: true,
    section: '§2.2',
  },
  'direct.replied': {
    from: 'relay',
    to: 'hub',
    meaning: 'an engine answered on the direct channel',
    members: { engineUuid },
    message: 'unverified',
    kept: true,
    section: '§2.2',
  },
  'direct.probe': {
    from: 'hub',
    to: 'relay',
    meaning: 'find out when this engine has come to what is sent to it now',
    members: { engineUuid, probe },
    section: 'ours',
  },
  'direct.probed': {
    from: 'relay',
    to: 'hub',
    meaning: 'the engine has answered all direct requests that reached it before the probe',
    members: { engineUuid, probe },
    kept: true,
    section: 'ours',
  },
  'direct.lost': {
    from: 'hub',
    to: 'relay',
    meaning: 'a direct request never reached its engine, or its reply was lost: give the client this error',
    members: { engineUuid, session },
    message: 'verified',
    section: 'ours',
  },
  'engine.dismissed': {
    from: 'hub',
    to: 'relay',
    meaning: 'nobody registered this engine, which beats: give it this request to end, by control',
    members: { engineUuid },
    message: 'verified',
    section: '§12.12',
  },
  'iopub.published': {
    from: 'relay',
    to: 'hub',
    meaning: 'an engine published on iopub',
    members: {},
    message: 'unverified',
    section: '§2.5',
  },
  'task.received': {
    from: 'task-scheduler',
    to: 'hub',
    meaning: 'a task was accepted and waits',
    members: {},
    message: 'verified',
    kept: true,
    section: '§5.2',
  },
  'task.dispatched': {
    from: 'task-scheduler',
    to: 'hub',
    meaning: 'a task was handed to an engine (again, when it was retried)',
    members: { msgId, engineUuid },
    kept: true,
    section: '§5.2',
  },
  'task.finished': {
    from: 'task-scheduler',
    to: 'hub',
    meaning: "a task ended; the reply is an engine's or the scheduler's own",
    members: {},
    message: 'verified',
    kept: true,
    section: '§5.2',
  },
  'task.resubmitted': {
    from: 'hub',
    to: 'task-scheduler',
    meaning: 'run this task for nobody; its replies go to the hub only',
    members: {},
    message: 'verified',
    section: '§4.7',
  },
} as const satisfies Record<string, FactEntry>;

interface Carried {
  readonly message: Message;
  /**
   * Bytes of buffers that the message had and that did not travel, because the fact was larger than its bus carries. Only
   * a bus between processes leaves any out.
   */
  readonly leftOutBytes?: number;
}

interface Kept {
  /** Set by a kept publisher. */
  readonly kept?: KeptMark;
}

type Table = typeof factTable;
type Flat<T> = { [K in keyof T]: T[K] };
type FactWith<T extends FactType> = Flat<
  { readonly type: T } & Values<Table[T]['members']> &
    (Table[T] extends { message: string } ? Carried : unknown) &
    (Table[T] extends { kept: true } ? Kept : unknown)
>;

export type FactType = keyof Table;
export type Fact = { [T in FactType]: FactWith<T> }[FactType];
export type FactOf<T extends FactType> = Extract<Fact, { type: T }>;

/** Facts that say what became of tasks and direct requests. */
export type KeptFactType = { [T in FactType]: Table[T] extends { kept: true } ? T : never }[FactType];
export type KeptFact = FactOf<KeptFactType>;

export const isKeptType = (type: FactType): type is KeptFactType => 'kept' in factTable[type];
