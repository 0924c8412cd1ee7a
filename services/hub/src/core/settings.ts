/** What the core is told once, at its start. Times in milliseconds. */
export interface HubSettings {
  /** Told to engines as `hb_period` (§4.2). */
  readonly heartbeatPeriodMs: number;
  /** From a registration request to the first heartbeat. */
  readonly registrationTimeoutMs: number;
  /** From the loss of an engine until its unanswered direct requests are given up (§7.4). */
  readonly strandedGraceMs: number;
  /** From the answer to a shutdown_request until the controller ends (§4.7). */
  readonly shutdownDelayMs: number;
  /** A client may end the cluster; else it is refused. */
  readonly acceptsShutdown: boolean;
  /** How long results are kept in the store, from the moment when they came; 0: for ever. */
  readonly resultMaxAgeMs: number;
  /** Engines are stored, for the hub that comes after this one. */
  readonly keepsEngines: boolean;
  /** From the start of a relay, or of a hub after another, until direct requests without an answer are looked after. */
  readonly probeSettleMs: number;
  /** From a probe that was not answered to the next; doubled each time, up to 20 times. */
  readonly probeAgainMs: number;
  /** Most engines registering at once. */
  readonly pendingRegistrationLimit: number;
  /** Most engines, registered or registering. */
  readonly engineLimit: number;
  /** Most requests that wait for their result; beyond, the oldest is only known to the store. */
  readonly pendingTaskLimit: number;
  /** Most completed tasks known by id without asking the store. */
  readonly completedTaskLimit: number;
  /** Most completed ids kept for each engine, for verbose queue_requests; counts go on. */
  readonly completedPerEngineLimit: number;
  /** How long the store's answers are waited for. */
  readonly storeAnswerMs: number;
  /** Most questions that wait for the store's answer. */
  readonly storeQuestionLimit: number;
  /** From the first beat of an engine that nobody registered here until it is told to end; 0: never. */
  readonly dismissAfterMs: number;
  /** Goes into the engine-state file (EngineState). */
  readonly since: string | undefined;
  /**
   * Engines are announced anew only when they have come to a probe, also those that nothing is known to wait for: they may work
   * on broadcasts, whose replies still reach their clients.
   */
  readonly probesIdle: boolean;
  /** Most engines remembered that stopped answering pings and may come back. */
  readonly lostEngineLimit: number;
}
