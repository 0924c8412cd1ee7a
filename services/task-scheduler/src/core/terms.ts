/** How the scheduler stands to the other services. */
export interface Terms {
  /**
   * They are other processes, and facts can be missed: an engine gets work when it has answered a probe, and a task whose
   * targets are not known waits until the hub was asked.
   */
  readonly apart: boolean;
  /** There is a store of records: it is asked about tasks that are not known here before a dependency on them is refused. */
  readonly recalls: boolean;
  /** An earlier process may have left tasks: an engine that has not answered a probe may still bring their results. */
  readonly recovers: boolean;
}

/** All services are one process, and nothing is left of an earlier one. */
export const oneProcess: Terms = { apart: false, recalls: false, recovers: false };
