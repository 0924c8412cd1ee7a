// Errors by structured clone lose their own fields and any name of their own, so they travel as a stand-in in the value
// and a record of details behind it (behind, so that an error may contain itself).
import { isError } from './survey.ts';

/** What is sent of an error. */
export interface ErrorDetails {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Own fields that are not enumerable: `cause`, `errors`. */
  readonly hidden: Record<string, unknown>;
  /** Own enumerable fields, such as `code`. */
  readonly fields: Record<string, unknown>;
}

const classes = [
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  AggregateError,
] as const;

/** Number of the built-in class that stands for an error at the other side: by its name, else Error. */
export const errorClass = (error: Error): number =>
  Math.max(
    0,
    classes.findIndex((builtIn) => builtIn.name === protoName(error)),
  );

function protoName(error: object): string {
  for (let proto = Object.getPrototypeOf(error); proto !== null; proto = Object.getPrototypeOf(proto)) {
    const name = proto.constructor?.name;
    if (classes.some((builtIn) => builtIn.name === name)) return name;
  }
  return 'Error';
}

/** An error without details yet; undefined for a number that no class has. */
export function makeError(classNumber: number): Error | undefined {
  const builtIn = classes[classNumber];
  if (builtIn === undefined) return undefined;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const error = builtIn === AggregateError ? new AggregateError([]) : new (builtIn as ErrorConstructor)();
  Error.stackTraceLimit = limit;
  return error;
}

/** Takes an error apart. Fields that `canTravel` refuses are left out: an error should always arrive. */
export function takeDetails(error: Error, canTravel: (field: unknown) => boolean): ErrorDetails {
  const hidden: Record<string, unknown> = {};
  const fields: Record<string, unknown> = {};
  for (const key of Object.getOwnPropertyNames(error)) {
    if (key === 'stack' || key === 'message' || key === 'name') continue;
    const own = Object.getOwnPropertyDescriptor(error, key)!;
    if (!('value' in own) || !(isError(own.value) || canTravel(own.value))) continue;
    (own.enumerable ? fields : hidden)[key] = own.value;
  }
  const text = (value: unknown): string => (typeof value === 'string' ? value : String(value));
  return {
    name: text(error.name),
    message: text(error.message),
    stack: typeof error.stack === 'string' ? error.stack : undefined,
    hidden,
    fields,
  };
}

/** Puts details into an error made by `makeError`. Anything that is not as `takeDetails` makes it is passed over. */
export function putDetails(error: Error, details: Partial<ErrorDetails>): void {
  const define = (key: string, value: unknown, enumerable: boolean): void => {
    Object.defineProperty(error, key, { value, enumerable, writable: true, configurable: true });
  };
  if (typeof details.message === 'string') define('message', details.message, false);
  if (typeof details.name === 'string' && details.name !== error.name) define('name', details.name, false);
  define('stack', typeof details.stack === 'string' ? details.stack : `${error.name}: ${error.message}`, false);
  for (const [key, value] of Object.entries(details.hidden ?? {})) define(key, value, false);
  for (const [key, value] of Object.entries(details.fields ?? {})) define(key, value, true);
}
