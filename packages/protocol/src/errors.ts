// The error table: every refusal that a person or a peer can see, with its remedy. See also `errorContent`, the form in
// which errors travel (§4.1 of the wire description: ename, evalue, traceback, engine_info).
import type { JsonObject } from './json.ts';

interface ErrorEntry {
  /** What happened, for people. */
  readonly meaning: string;
  /** What to do about it. */
  readonly remedy: string;
  /** May the same request succeed later without a change? */
  readonly retryable: boolean;
  /** Exit status of a command that ends by it. */
  readonly exitStatus: number;
}

export const errorTable = {
  not_a_message: {
    meaning: 'The frames have no <IDS|MSG> delimiter or fewer than five frames after it.',
    remedy: 'Check that the peer speaks the Jupyter message protocol on this port.',
    retryable: false,
    exitStatus: 1,
  },
  bad_json: {
    meaning: 'A part of the message is not a JSON object.',
    remedy: 'Use the packer that the connection file names (json).',
    retryable: false,
    exitStatus: 1,
  },
  bad_header: {
    meaning: 'The header lacks msg_id, msg_type or session, or a member is not text or too long.',
    remedy: 'Send a complete Jupyter header.',
    retryable: false,
    exitStatus: 1,
  },
  bad_signature: {
    meaning: 'The signature is missing or does not fit the key of this cluster.',
    remedy: 'Use the connection file of this very controller: it may have been restarted and have a new key.',
    retryable: false,
    exitStatus: 1,
  },
  replayed: {
    meaning: 'A message with this signature was received before.',
    remedy: 'Send every message once; a repeated request needs a new msg_id.',
    retryable: false,
    exitStatus: 1,
  },
  too_large: {
    meaning: 'The message is larger than the limit.',
    remedy: 'Send less at once, or raise the limit in the configuration.',
    retryable: false,
    exitStatus: 1,
  },
  unknown_message_type: {
    meaning: 'There is no such message on this channel.',
    remedy: 'Check that the peer speaks the protocol of ipyparallel 7.1 to 9.2, and to the right port.',
    retryable: false,
    exitStatus: 1,
  },
  bad_content: {
    meaning: 'The content or metadata of the message is not what its type asks for.',
    remedy: 'Send what the message table of this type says; the details name the member.',
    retryable: false,
    exitStatus: 1,
  },
  engine_in_use: {
    meaning: 'An engine with this uuid is registered, or is registering.',
    remedy: 'Start every engine with an id of its own, or wait until the old one is found to be gone.',
    retryable: true,
    exitStatus: 1,
  },
  limit_reached: {
    meaning: 'A limit of the controller is reached.',
    remedy: 'Try again when it has less to do, or raise the limit in the configuration.',
    retryable: true,
    exitStatus: 1,
  },
  connection_file_missing: {
    meaning: 'The connection file does not exist.',
    remedy: 'Start a cluster (ipcluster start), or name the file with --file or the profile with --profile.',
    retryable: true,
    exitStatus: 1,
  },
  connection_file_invalid: {
    meaning: 'The connection file cannot be used.',
    remedy: 'Remove it and restart the controller, which writes a new one.',
    retryable: false,
    exitStatus: 1,
  },
  connection_file_exposed: {
    meaning: 'The connection file, which holds the key of the cluster, can be read by others.',
    remedy: 'Run: chmod 600 FILE',
    retryable: false,
    exitStatus: 1,
  },
  port_in_use: {
    meaning: 'A port that was asked for is taken.',
    remedy: 'Stop the program that holds it, choose another port, or name none to get free ones.',
    retryable: true,
    exitStatus: 1,
  },
  no_profile: {
    meaning: 'There is no profile of this name.',
    remedy: 'Make it (muster profile create NAME), or see which there are: muster profile list',
    retryable: true,
    exitStatus: 1,
  },
  profile_in_use: {
    meaning: 'Another controller runs with this profile and cluster id.',
    remedy: 'Stop it (ipcluster stop), or choose another --cluster-id or --profile.',
    retryable: true,
    exitStatus: 1,
  },
  profile_unusable: {
    meaning: 'The profile folder cannot be made or written.',
    remedy: 'Check its owner, its permissions and the free space, or choose another --profile-dir.',
    retryable: true,
    exitStatus: 1,
  },
  store_unusable: {
    meaning: 'The database of task records cannot be opened.',
    remedy: 'Check where it is and that it may be written, or keep records in memory (--dictdb).',
    retryable: true,
    exitStatus: 1,
  },
  cluster_running: {
    meaning: 'A cluster with this profile and cluster id runs already.',
    remedy: 'Use it, stop it (ipcluster stop), or choose another --cluster-id or --profile.',
    retryable: true,
    exitStatus: 10,
  },
  no_cluster: {
    meaning: 'There is no cluster with this profile and cluster id.',
    remedy: 'See which there are: ipcluster list',
    retryable: true,
    exitStatus: 11,
  },
  start_failed: {
    meaning: 'A process of the cluster ended or did not come up.',
    remedy: 'Read its log in the log folder of the profile.',
    retryable: true,
    exitStatus: 1,
  },
  unreachable: {
    meaning: 'A machine or service cannot be reached.',
    remedy: 'Check that it is up and that its address and port are right.',
    retryable: true,
    exitStatus: 1,
  },
  access_denied: {
    meaning: 'A machine or service does not let this program in, or is not the one it claims to be.',
    remedy: 'Check the user, the key and the known hosts.',
    retryable: false,
    exitStatus: 1,
  },
  profile_invalid: {
    meaning: 'A ClusterProfile is not what its schema asks for.',
    remedy: 'Correct the member that the message names; packages/cluster-profile/README.md has all of them.',
    retryable: false,
    exitStatus: 1,
  },
  no_such_object: {
    meaning: 'Kubernetes has no such object, or no such kind of object.',
    remedy: 'Check its name, its namespace and the context of kubectl, and that the chart with its CRD is installed.',
    retryable: true,
    exitStatus: 1,
  },
  object_changed: {
    meaning: 'Somebody else changed the object in Kubernetes at the same time, or made one of that name before.',
    remedy: 'Read it again, and repeat the change if it still applies.',
    retryable: true,
    exitStatus: 1,
  },
  object_refused: {
    meaning: 'Kubernetes does not accept the object.',
    remedy: 'Correct what the message names.',
    retryable: false,
    exitStatus: 1,
  },
  unknown_option: {
    meaning: 'There is no such option.',
    remedy: 'See --help.',
    retryable: false,
    exitStatus: 2,
  },
  bad_option: {
    meaning: 'An option has a value that it cannot have.',
    remedy: 'See --help.',
    retryable: false,
    exitStatus: 1,
  },
  bad_config: {
    meaning: 'A config file cannot be read, or sets what cannot be.',
    remedy: 'Correct it at the place that is named; see --help-all for every setting.',
    retryable: false,
    exitStatus: 1,
  },
  no_engines: {
    meaning: 'No engine is registered.',
    remedy: 'Start engines (ipcluster engines -n 4), or wait for those that are starting.',
    retryable: true,
    exitStatus: 1,
  },
  cannot_serialize: {
    meaning: 'A value or function cannot be sent to another process.',
    remedy: 'Send plain data, typed arrays, Maps, Sets, Dates and errors; define everything else on the engines.',
    retryable: false,
    exitStatus: 1,
  },
  bad_value: {
    meaning: 'The frames do not hold a value that this program can read.',
    remedy: 'Use the same version of Muster and of Node on both sides.',
    retryable: false,
    exitStatus: 1,
  },
  python_value: {
    meaning: 'The value is a Python pickle, which only Python can read.',
    remedy: 'Run it with execute(code), which works with every engine, or call it from a Python client.',
    retryable: false,
    exitStatus: 1,
  },
  no_such_engine: {
    meaning: 'No engine with this id is registered.',
    remedy: 'Look at client.ids: engines may have stopped, and ids are not used again.',
    retryable: false,
    exitStatus: 1,
  },
  wrong_kernel: {
    meaning: 'The engine cannot run this kind of request.',
    remedy: 'Use execute(code) with Python engines, or start Node engines (ipcluster engines -n 4).',
    retryable: false,
    exitStatus: 1,
  },
  task_lost: {
    meaning: 'The controller does not know the task any more.',
    remedy: 'Send it again: the controller was restarted without records that last.',
    retryable: true,
    exitStatus: 1,
  },
  result_expired: {
    meaning: 'The record of the task has been removed by a limit of age, number or size.',
    remedy:
      'Run the task again. To keep records longer, raise max_age, record_limit or size_limit of DictDB, SQLiteDB or MongoDB at the controller.',
    retryable: false,
    exitStatus: 1,
  },
  client_closed: {
    meaning: 'The client was closed.',
    remedy: 'Connect again, and fetch results by their ids with getResult.',
    retryable: true,
    exitStatus: 1,
  },
  registration_refused: {
    meaning: 'The controller refuses to register this engine.',
    remedy: 'See the reason; the log of the controller may say more.',
    retryable: false,
    exitStatus: 255,
  },
  bus_refused: {
    meaning: 'The NATS server refuses this program.',
    remedy: 'Check its user and password or token, and the certificates of both sides.',
    retryable: false,
    exitStatus: 1,
  },
  bus_closed: {
    meaning: 'The bus between the services was closed.',
    remedy: 'The program is stopping: ask again when it has been started anew.',
    retryable: true,
    exitStatus: 1,
  },
  nobody_serves: {
    meaning: 'No service answers this question.',
    remedy: 'Start the service, or try again when it is up.',
    retryable: true,
    exitStatus: 1,
  },
  ask_failed: {
    meaning: 'The service that was asked could not answer.',
    remedy: 'See the reason; the log of that service may say more.',
    retryable: true,
    exitStatus: 1,
  },
  timeout: {
    meaning: 'No answer came in time.',
    remedy: 'Check that the controller runs (ipcluster list) and can be reached.',
    retryable: true,
    exitStatus: 1,
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorTable;

/** An error of the table, with details. `code` says which; `remedy` what a person can do. */
export class MusterError extends Error {
  override readonly name: string = 'MusterError';
  readonly code: ErrorCode;
  readonly remedy: string;
  readonly retryable: boolean;
  readonly exitStatus: number;

  constructor(code: ErrorCode, detail?: string, remedy?: string) {
    super(detail ?? errorTable[code].meaning);
    this.code = code;
    this.remedy = remedy ?? errorTable[code].remedy;
    this.retryable = errorTable[code].retryable;
    this.exitStatus = errorTable[code].exitStatus;
  }
}

/** A message that breaks the protocol. Never leaves the process that received the message. */
export class ProtocolError extends MusterError {
  override readonly name = 'ProtocolError';
}

/** An error as it travels: content of a reply, or of an iopub `error` message (§4.1). */
export interface ErrorContent {
  readonly status: 'error';
  /** Bare class name, as Python peers show and compare it. */
  readonly ename: string;
  readonly evalue: string;
  /** Lines; clients join them by newlines. May be empty, must be there. */
  readonly traceback: readonly string[];
  /** `{}` when the controller made the error; {engine_uuid, engine_id, method} when an engine did. */
  readonly engine_info: JsonObject;
}

/** Builds the content of an error made by the controller (`engine_info` empty, as clients of 8.x need, §1.4). */
export const errorContent = (ename: string, evalue: string, traceback?: readonly string[]): ErrorContent => ({
  status: 'error',
  ename,
  evalue,
  traceback: traceback ?? [evalue === '' ? ename : `${ename}: ${evalue}`],
  engine_info: {},
});

/** The evalue of a Python KeyError: the repr of its argument, quotes included. */
export function keyErrorValue(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(/[\\'\p{C}\p{Z}]/gu, (character) => {
    if (character === ' ' || (character === "'" && quote === '"')) return character;
    if (character === '\\' || character === "'") return `\\${character}`;
    return shortEscapes[character] ?? numberEscape(character.codePointAt(0)!.toString(16));
  });
  return quote + escaped + quote;
}

const shortEscapes: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** `\x`, `\u` or `\U` with two, four or eight digits. */
function numberEscape(hex: string): string {
  if (hex.length <= 2) return `\\x${hex.padStart(2, '0')}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
