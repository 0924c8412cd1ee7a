import { MusterError } from '@muster/protocol';

/** What a person needs to know of an error, in one line. */
export const explain = (error: unknown): string => {
  if (error instanceof MusterError) return `${error.message} ${error.remedy}`;
  return error instanceof Error ? error.message : String(error);
};
