// What a failed attempt to connect means, in words for people.

import { MusterError } from '@muster/protocol';
import { errors } from '@nats-io/transport-node';
import { textOf } from '../errors.ts';

export interface Failure {
  readonly why: string;
  /** It will not get better by itself: nobody who may change it is going to while we wait. */
  readonly refused?: MusterError;
}

/** Codes of OpenSSL and of Node about certificates. */
const tlsCode = /^(ERR_SSL_|ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

const words: Record<string, string> = {
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'the name cannot be looked up now',
  ETIMEDOUT: 'no answer',
  EHOSTUNREACH: 'there is no way there',
  ECONNRESET: 'the connection was cut',
};

function codeOf(error: unknown): string {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  if (typeof code === 'string') return code;
  return cause === undefined ? '' : codeOf(cause);
}

export function explainFailure(error: unknown, server: string): Failure {
  const code = codeOf(error);
  if (error instanceof errors.AuthorizationError || error instanceof errors.UserAuthenticationExpiredError)
    return refuse(`NATS at ${server} does not accept this user and password or token.`);
  if (tlsCode.test(code))
    return refuse(
      `No secure connection to NATS at ${server}: ${textOf(error)}.`,
      'Name the certificate authority that signed the certificate of the server, and the host name that stands in it.',
    );
  if (error instanceof errors.ConnectionError && /support 'tls'/.test(error.message))
    return refuse(
      `NATS at ${server} offers no TLS.`,
      'Give the server a certificate, or allow connections that are not encrypted.',
    );
  if (error instanceof errors.TimeoutError) return { why: 'no answer' };
  return { why: words[code] ?? textOf(error ?? 'the connection was cut') };
}

function refuse(why: string, remedy?: string): Failure {
  return { why, refused: new MusterError('bus_refused', why, remedy) };
}
