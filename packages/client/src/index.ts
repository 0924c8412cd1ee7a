export { Reference, reference } from '@muster/serialize';
export type { Printed, Progress, WaitOptions } from './async-result.ts';
export { AsyncResult } from './async-result.ts';
export type { BroadcastView, BroadcastViewOptions } from './broadcast-view.ts';
export type {
  Client,
  ClientCounters,
  ClientEvents,
  ClientLoad,
  ShutdownOptions,
  WaitForEnginesOptions,
} from './client.ts';
export type { ConnectOptions } from './connect.ts';
export { connect } from './connect.ts';
export type { Dependency, DependencyOptions, DependencyTarget } from './core/dependencies.ts';
export type { EngineRef } from './core/engine-list.ts';
export type { Sequence, TypedArray } from './core/partition.ts';
export type { ExecuteResult } from './core/reply.ts';
export type { Targets } from './core/targets.ts';
export type { MimeBundle, Output, TaskInfo, TaskStatus } from './core/task.ts';
export type { DirectView, DirectViewOptions, ExecuteOptions } from './direct-view.ts';
export type { AbortOptions, EngineControl, TargetOptions } from './engine-control.ts';
export type {
  EngineQueue,
  HubQueries,
  PurgeOptions,
  QueueStatus,
  ResultStatus,
  TaskQuery,
  TaskRecord,
} from './hub-queries.ts';
export type { ImapOptions } from './imap.ts';
export type { ClientLimits } from './limits.ts';
export type { LoadBalancedView, MapOptions, TaskOptions } from './load-balanced-view.ts';
export { CompositeError, RemoteError } from './remote-errors.ts';
export type { MapFunction, PerEngine, Referable } from './view-types.ts';
