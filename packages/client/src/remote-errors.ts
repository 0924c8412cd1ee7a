// Errors of tasks. They are told apart by `name` and `ename`.

export interface RemoteErrorInit {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
  readonly engineId: number | undefined;
  readonly engineUuid: string | undefined;
  readonly msgId: string;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours in tracebacks of IPython
const colours = /\u001b\[[0-9;]*m/g;

/** An error that was thrown on an engine, or by the controller for a task (§4.1). */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  /** Class of the error there: `TypeError`, `EngineError` (the engine was lost), `TaskAborted`, `ImpossibleDependency`… */
  readonly ename: string;
  /** Its message there. */
  readonly evalue: string;
  /** Its stack or traceback there; lines, which may have colours. */
  readonly traceback: readonly string[];
  /** Undefined when the task never reached an engine. */
  readonly engineId: number | undefined;
  readonly engineUuid: string | undefined;
  readonly msgId: string;

  constructor(init: RemoteErrorInit) {
    const where = init.engineId === undefined ? '' : ` (on engine ${init.engineId})`;
    super(`${init.ename}: ${init.evalue}${where}`);
    this.ename = init.ename;
    this.evalue = init.evalue;
    this.traceback = init.traceback;
    this.engineId = init.engineId;
    this.engineUuid = init.engineUuid;
    this.msgId = init.msgId;
    if (this.remoteStack !== '') this.stack = `${this.name}: ${this.message}\n${indent(this.remoteStack)}`;
  }

  /** The traceback as one text without colours. */
  get remoteStack(): string {
    return this.traceback.join('\n').replace(colours, '');
  }
}

const indent = (text: string): string => text.replace(/^/gm, '    ');

/** Several tasks of one result have failed. `errors` has each error once, in the order of the tasks. */
export class CompositeError extends Error {
  override readonly name = 'CompositeError';
  readonly errors: readonly Error[];
  /** Tasks in all. */
  readonly total: number;

  constructor(errors: readonly Error[], total: number) {
    const shown = errors.slice(0, 4).map((error) => `  ${error.message}`);
    if (errors.length > shown.length) shown.push(`  and ${errors.length - shown.length} more`);
    super(`${errors.length} of ${total} tasks failed:\n${shown.join('\n')}`, { cause: errors[0] });
    this.errors = errors;
    this.total = total;
  }
}
