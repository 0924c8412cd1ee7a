// From the API server's answers to errors with a remedy.
import type { ErrorCode } from '@muster/protocol';
import { MusterError } from '@muster/protocol';

/** A refusal by Kubernetes. `reason` is its own word: NotFound, AlreadyExists, Conflict, Forbidden, Invalid, … */
export class KubeError extends MusterError {
  override readonly name = 'KubeError';
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  readonly reason: string;

  constructor(
    code: ErrorCode,
    detail: string,
    more: { remedy?: string | undefined; status?: number; reason?: string } = {},
  ) {
    super(code, detail, more.remedy);
    this.status = more.status ?? 0;
    this.reason = more.reason ?? '';
  }
}

/** What a request was about, for messages. */
export interface Asked {
  /** As in RBAC rules: get, list, watch, create, patch, delete. */
  readonly verb: string;
  /** As in RBAC rules, with the subresource: `clusterprofiles/status`. */
  readonly plural: string;
  /** API group; '' is the core. */
  readonly group: string;
  readonly namespace: string;
  readonly name?: string | undefined;
}

interface StatusBody {
  readonly message?: unknown;
  readonly reason?: unknown;
}

const codes: Record<number, ErrorCode> = {
  400: 'object_refused',
  401: 'access_denied',
  403: 'access_denied',
  404: 'no_such_object',
  409: 'object_changed',
  410: 'object_changed',
  413: 'too_large',
  422: 'object_refused',
  429: 'limit_reached',
};

function remedyFor(status: number, { verb, plural, group }: Asked): string | undefined {
  if (status === 401)
    return 'Log in to the cluster again: the token or certificate is missing, wrong or has expired (kubectl auth whoami).';
  if (status === 403)
    return `Give this account the verb "${verb}" on "${plural}" of the API group "${group}" by a Role, as the chart does.`;
  if (status === 429) return 'The API server has too much to do: try again in a moment.';
  return undefined;
}

const longestMessage = 4000;

/** The error for an answer of `status` with that body. */
export function refusalOf(status: number, body: string, asked: Asked): KubeError {
  let parsed: StatusBody = {};
  try {
    parsed = (JSON.parse(body) as StatusBody | null) ?? {};
  } catch {
    // Proxies and missing kinds answer in plain text.
  }
  const reason = typeof parsed.reason === 'string' ? parsed.reason : '';
  const text = typeof parsed.message === 'string' ? parsed.message : body.trim();
  const said = status === 404 && reason === '' ? `it has no ${asked.plural} of API group "${asked.group}"` : text;
  const object = asked.name === undefined ? asked.plural : `${asked.plural} ${asked.name}`;
  const what = `Kubernetes did not ${asked.verb} ${object} in namespace ${asked.namespace}`;
  const detail = said === '' ? `${what} (HTTP ${status}).` : `${what}: ${said}`.slice(0, longestMessage);
  // Quotas and admission rules refuse with 403, too: no Role helps there.
  const isAdmission = status === 403 && text !== '' && !/cannot \S+ resource/.test(text);
  if (isAdmission) return new KubeError('object_refused', detail, { status, reason });
  return new KubeError(codes[status] ?? 'unreachable', detail, { remedy: remedyFor(status, asked), status, reason });
}

/** The error for a request that got no answer. */
export function failureOf(error: unknown, server: string): KubeError {
  if (error instanceof KubeError) return error;
  const { code = '', message = '' } = (error ?? {}) as { code?: string; message?: string };
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/.test(code))
    return new KubeError('access_denied', `The API server at ${server} is not the one that was expected: ${message}.`, {
      remedy: 'Check certificate-authority and server of the cluster in the kubeconfig.',
      reason: code,
    });
  return new KubeError('unreachable', `The API server at ${server} cannot be reached: ${message || code}.`, {
    remedy: 'Check that the cluster is up (kubectl get --raw /readyz) and that KUBECONFIG and the context are right.',
    reason: code,
  });
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | undefined)?.code;
const reasonOf = (error: unknown): unknown => (error as { reason?: unknown } | undefined)?.reason;

/** The name is taken. */
export const isAlreadyExists = (error: unknown): boolean =>
  codeOf(error) === 'object_changed' && reasonOf(error) === 'AlreadyExists';

/** Somebody else was faster. */
export const isConflict = (error: unknown): boolean =>
  codeOf(error) === 'object_changed' && reasonOf(error) === 'Conflict';

export const isAbsent = (error: unknown): boolean =>
  codeOf(error) === 'no_such_object' && reasonOf(error) === 'NotFound';
