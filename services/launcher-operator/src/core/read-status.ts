// A status as somebody else may have left it: what does not fit is left out.
import type { EngineRecord, EngineState, LaunchHandle, LaunchRecord, LaunchState } from './launches.ts';
import type { Condition, ProfileStatus } from './status.ts';
import { emptyStatus } from './status.ts';

const engineStates: readonly EngineState[] = [
  'expected',
  'registered',
  'missing',
  'gone',
  'draining',
  'stopping',
  'done',
];
const launchStates: readonly LaunchState[] = ['new', 'up', 'removing', 'waiting'];

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const numberOf = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** `leftOut`: launches that could not be read; whatever they started is not looked after any more. */
export function readStatus(value: unknown): { readonly status: ProfileStatus; readonly leftOut: number } {
  if (!isFields(value)) return { status: emptyStatus, leftOut: 0 };
  const recorded = listOf(value.launches);
  const launches = recorded.map(readLaunch).filter((launch) => launch !== undefined);
  const status: ProfileStatus = {
    ...(typeof value.launcher === 'string' ? { launcher: value.launcher } : {}),
    observedGeneration: numberOf(value.observedGeneration),
    desired: numberOf(value.desired),
    launched: numberOf(value.launched),
    registered: numberOf(value.registered),
    conditions: listOf(value.conditions)
      .map(readCondition)
      .filter((condition) => condition !== undefined),
    launches,
  };
  return { status, leftOut: recorded.length - launches.length };
}

function readLaunch(value: unknown): LaunchRecord | undefined {
  if (!isFields(value) || !isFields(value.handle)) return undefined;
  const { id, handle } = value;
  const state = launchStates.find((name) => name === value.state);
  const engines = listOf(value.engines).map(readEngine);
  if (typeof id !== 'string' || state === undefined || engines.length === 0) return undefined;
  if (handle.id !== id || handle.n !== engines.length || typeof handle.launcher !== 'string') return undefined;
  if (!engines.every((engine) => engine !== undefined)) return undefined;
  return {
    launcher: handle.launcher,
    id,
    n: engines.length,
    templateHash: textOf(value.templateHash),
    handle: handle as unknown as LaunchHandle,
    state,
    since: numberOf(value.since),
    failures: numberOf(value.failures),
    retryAt: numberOf(value.retryAt),
    ...(value.clean === true ? { clean: true } : {}),
    reason: textOf(value.reason),
    engines,
  };
}

function readEngine(value: unknown): EngineRecord | undefined {
  if (!isFields(value)) return undefined;
  const state = engineStates.find((name) => name === value.state);
  if (state === undefined) return undefined;
  const record: EngineRecord = { state, since: numberOf(value.since) };
  if (typeof value.dueAt === 'number') record.dueAt = value.dueAt;
  return record;
}

function readCondition(value: unknown): Condition | undefined {
  if (!isFields(value)) return undefined;
  const { type, status } = value;
  if (type !== 'Ready' && type !== 'Launched' && type !== 'Draining') return undefined;
  return {
    type,
    status: status === 'True' || status === 'False' ? status : 'Unknown',
    reason: textOf(value.reason),
    message: textOf(value.message),
    lastTransitionTime: textOf(value.lastTransitionTime),
    observedGeneration: numberOf(value.observedGeneration),
  };
}
