// A small world for the core: a launcher with machines, a hub, a scheduler and an operator that can be killed between any
// two effects. What must never happen is checked as it goes.
import type {
  Call,
  Drain,
  LaunchHandle,
  LaunchRecord,
  Observation,
  OperatorEffect,
  Planned,
  Profile,
  ProfileStatus,
  Tuning,
  World,
} from '../index.ts';
import { defaultTuning, emptyStatus, enginesOf, readStatus, reconcile, uuidOf } from '../index.ts';

export interface SimulationOptions {
  readonly engines: number;
  /** 1: each engine is a launch of its own. */
  readonly maxEngines: number;
  readonly slots: number;
  /** Does the launcher say of each engine how it is, or only of the launch? */
  readonly tellsEach: boolean;
  readonly tuning?: Partial<Tuning>;
}

interface Process {
  state: 'queued' | 'running' | 'ended';
  registered: boolean;
  busy: boolean;
  drained: boolean;
}

export function createSimulation(options: SimulationOptions) {
  const tuning: Tuning = { ...defaultTuning, stragglerMs: 100_000, ...options.tuning };
  let counter = 0;
  let nowMs = 1_000_000_000;
  const spec = { engines: options.engines, template: 'a', generation: 1, slots: options.slots };
  const stored = { status: emptyStatus as ProfileStatus, held: false, deleting: false, released: false };
  /** Launches on machines that the profile does not name any more. */
  const moved = new Set<string>();
  /** What really runs, by launch id. */
  const machines = new Map<string, Process[]>();
  const weather = { submitFails: false, removeFails: false, hubAway: false, schedulerAway: false, endsEarly: false };
  let memory = createMemory();
  /** Calls that the launcher still works on. */
  const pending: { id: string; what: Call['what']; finish: () => Call['state'] }[] = [];
  const violations: string[] = [];
  const log: string[] = [];

  function createMemory() {
    return {
      calls: new Map<string, Call>(),
      observed: new Map<string, Observation>(),
      drains: new Map<string, Drain>(),
      shutdowns: new Map<string, number>(),
      registered: undefined as ReadonlySet<string> | undefined,
    };
  }

  const plan = (id: string, n: number, taken: readonly LaunchHandle[]): Planned =>
    taken.length >= spec.slots && options.maxEngines === 1
      ? { refused: { reason: 'NotEnoughSlots', message: 'Every slot is taken.' } }
      : { handle: { launcher: 'sim', id, n } };

  const profile = (): Profile => ({
    name: 'Sim.profile',
    generation: spec.generation,
    engines: spec.engines,
    templateHash: spec.template,
    deleting: stored.deleting,
    held: stored.held,
    launcher: { name: 'sim', maxEngines: options.maxEngines, plan, accepts: ({ id }) => !moved.has(id) },
  });

  const processOf = (uuid: string): Process | undefined => {
    const cut = uuid.lastIndexOf('-');
    return machines.get(uuid.slice(0, cut))?.[Number(uuid.slice(cut + 1))];
  };
  const everybody = (): { uuid: string; process: Process }[] =>
    [...machines].flatMap(([id, processes]) => processes.map((process, i) => ({ uuid: `${id}-${i}`, process })));

  function world(): World {
    const load = new Map<string, { queued: number; tasks: number }>();
    for (const { uuid, process } of everybody())
      if (process.registered) load.set(uuid, { queued: 0, tasks: process.busy ? 1 : 0 });
    return {
      nowMs,
      status: stored.status,
      ...memory,
      load: weather.hubAway ? undefined : load,
    };
  }

  const inputs = { newSuffix: () => (counter++).toString(36).padStart(5, '0'), tuning };

  /** One reconciliation. `upTo`: the operator is killed after so many effects. */
  function step(upTo = Number.POSITIVE_INFINITY): readonly OperatorEffect[] {
    if (stored.released) return [];
    const finished = [...memory.calls].filter(([, call]) => call.state !== 'under way').map(([id]) => id);
    const before = enginesCounted();
    const effects = reconcile(profile(), world(), inputs);
    if (effects.some(({ type }) => type !== 'requeue')) log.push(`${nowMs} ${effects.map(show).join(', ')}`);
    for (const id of finished) if (upTo > 0) memory.calls.delete(id);
    for (const effect of effects.slice(0, upTo)) perform(effect);
    if (upTo < effects.length) restart();
    check(before);
    return effects;
  }

  function perform(effect: OperatorEffect): void {
    switch (effect.type) {
      case 'profile.hold':
        stored.held = true;
        break;
      case 'profile.release':
        stored.held = false;
        stored.released = true;
        if (machines.size > 0) violations.push(`released while ${[...machines.keys()]} run`);
        break;
      case 'status.write':
        stored.status = readStatus(JSON.parse(JSON.stringify(effect.status))).status;
        break;
      case 'launch.submit':
        submit(effect.launch);
        break;
      case 'launch.remove':
        remove(effect.launch);
        break;
      case 'engines.drain':
        for (const uuid of effect.uuids) ask(uuid, 'drain');
        break;
      case 'engines.resume':
        for (const uuid of effect.uuids) ask(uuid, 'resume');
        break;
      case 'engine.shutdown':
        memory.shutdowns.set(effect.uuid, nowMs);
        end(effect.uuid, 'shut down');
        break;
      default:
        break;
    }
  }

  function submit(launch: LaunchRecord): void {
    if (!stored.status.launches.some(({ id }) => id === launch.id)) violations.push(`${launch.id} is not recorded`);
    if (memory.calls.get(launch.id)?.state === 'under way') violations.push(`${launch.id} is called twice at a time`);
    memory.calls.set(launch.id, { what: 'submit', state: 'under way', reason: '' });
    const fails = weather.submitFails;
    const finish = (): Call['state'] => {
      if (fails) return 'failed';
      if (!machines.has(launch.id))
        machines.set(
          launch.id,
          launch.engines.map(() => ({ state: 'queued', registered: false, busy: false, drained: false })),
        );
      return 'done';
    };
    pending.push({ id: launch.id, what: 'submit', finish });
  }

  function remove(launch: LaunchRecord): void {
    if (memory.calls.get(launch.id)?.state === 'under way') violations.push(`${launch.id} is called twice at a time`);
    memory.calls.set(launch.id, { what: 'remove', state: 'under way', reason: '' });
    const fails = weather.removeFails;
    for (const [i] of launch.engines.entries()) if (!fails) end(uuidOf(launch, i), 'removed', true);
    pending.push({
      id: launch.id,
      what: 'remove',
      finish: () => {
        if (!fails) machines.delete(launch.id);
        return fails ? 'failed' : 'done';
      },
    });
  }

  function end(uuid: string, why: string, late = false): void {
    const process = processOf(uuid);
    if (process === undefined || process.state === 'ended') return;
    const record = [...enginesOf(stored.status.launches)].find((place) => place.uuid === uuid);
    const overdue = record !== undefined && nowMs - record.engine.since >= tuning.drainTimeoutMs;
    // The hub may have lost sight of it: then nobody knows that it works.
    const known = memory.registered?.has(uuid) === true && process.registered;
    if (process.busy && known && !stored.deleting && !overdue) violations.push(`${uuid} ${why} while it works`);
    if (late) process.registered = false;
    Object.assign(process, { state: 'ended', registered: false, busy: false });
  }

  function ask(uuid: string, asked: Drain['asked']): void {
    const last = memory.drains.get(uuid);
    if (weather.schedulerAway) {
      memory.drains.set(uuid, { asked, busy: true, atMs: last?.asked === asked ? last.atMs : 0 });
      return;
    }
    const process = processOf(uuid);
    if (process !== undefined) process.drained = asked === 'drain';
    if (asked === 'drain') memory.drains.set(uuid, { asked, busy: process?.busy ?? false, atMs: nowMs });
    else memory.drains.delete(uuid);
  }

  /** The operator was killed: what it had in mind is lost; what it was asking for has happened, or not. */
  function restart(): void {
    log.push(`${nowMs} killed`);
    for (const [i, call] of pending.entries()) if (i % 2 === 0) call.finish();
    pending.length = 0;
    memory = createMemory();
    for (const { uuid } of enginesOf(stored.status.launches))
      memory.drains.set(uuid, { asked: 'drain', busy: true, atMs: 0 });
  }

  function finishCall(index: number): void {
    const [call] = pending.splice(index, 1);
    if (call === undefined) return;
    const state = call.finish();
    if (memory.calls.get(call.id)?.what === call.what)
      memory.calls.set(call.id, { what: call.what, state, reason: state === 'failed' ? 'refused' : '' });
  }

  function poll(): void {
    for (const launch of stored.status.launches) {
      const processes = machines.get(launch.id);
      const lives = processes?.some(({ state }) => state !== 'ended');
      const tell = (process: Process | undefined) => {
        if (process === undefined) return { state: 'absent' as const, reason: '' };
        if (process.state === 'ended' && !options.tellsEach && lives) return { state: 'running' as const, reason: '' };
        return { state: process.state, reason: process.state === 'ended' ? 'status 1' : '' };
      };
      const engines = launch.engines.map((_, i) => tell(processes?.[i]));
      memory.observed.set(launch.id, { atMs: nowMs, engines, reason: '' });
    }
  }

  function hearHub(): void {
    if (weather.hubAway) return;
    memory.registered = new Set(
      everybody()
        .filter(({ process }) => process.registered)
        .map(({ uuid }) => uuid),
    );
  }

  const enginesCounted = (): number =>
    [...enginesOf(stored.status.launches)].filter(({ engine }) =>
      ['expected', 'registered', 'missing', 'gone', 'draining'].includes(engine.state),
    ).length;

  function check(before: number): void {
    const recorded = new Set(stored.status.launches.map(({ id }) => id));
    for (const id of machines.keys()) if (!recorded.has(id)) violations.push(`${id} runs and is recorded nowhere`);
    const most = spec.engines + Math.max(1, Math.floor(spec.engines / 4));
    if (enginesCounted() > Math.max(before, most)) violations.push(`${enginesCounted()} engines of ${spec.engines}`);
  }

  return {
    spec,
    stored,
    moved,
    weather,
    machines,
    violations,
    log,
    pending,
    step,
    poll,
    hearHub,
    finishCall,
    restart,
    everybody,
    profile,
    world,
    inputs,
    advance: (ms: number): void => {
      nowMs += ms;
    },
    get nowMs() {
      return nowMs;
    },
  };
}

export type Simulation = ReturnType<typeof createSimulation>;

const show = (effect: OperatorEffect): string => {
  if (effect.type === 'launch.submit' || effect.type === 'launch.remove') return `${effect.type} ${effect.launch.id}`;
  if (effect.type === 'engines.drain' || effect.type === 'engines.resume') return `${effect.type} ${effect.uuids}`;
  if (effect.type === 'engine.shutdown') return `${effect.type} ${effect.uuid}`;
  if (effect.type === 'requeue') return `requeue ${effect.afterMs}`;
  if (effect.type === 'event.tell') return `tell ${effect.event.reason}: ${effect.event.message}`;
  if (effect.type !== 'status.write') return effect.type;
  const { launches, conditions } = effect.status;
  const ready = conditions.find(({ type }) => type === 'Ready');
  const shown = launches.map(({ id, state, engines }) => `${id}:${state}[${engines.map((e) => e.state)}]`);
  return `write ${ready?.reason} ${shown.join(' ')}`;
};
