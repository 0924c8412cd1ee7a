// TypeScript → JavaScript: types are taken away; enums, namespaces and parameter properties become code. Node's own
// stripper does it; it is loaded when a cell is met that is no JavaScript.
import { stripTypeScriptTypes } from 'node:module';

interface StripError {
  readonly code?: string;
  readonly message: string;
}

/** Throws SyntaxError when it is no TypeScript either. */
export function stripTypes(source: string): string {
  try {
    return stripTypeScriptTypes(source, { mode: 'strip' });
  } catch (error) {
    if ((error as StripError).code !== 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') throw asSyntaxError(error);
  }
  try {
    return stripTypeScriptTypes(source, { mode: 'transform' });
  } catch (error) {
    throw asSyntaxError(error);
  }
}

const asSyntaxError = (error: unknown): SyntaxError => new SyntaxError((error as StripError).message);
