/** With E2E_PROVISION=1 everything must be there: a test that cannot run is then a failure. */
export const everythingMustRun = process.env.E2E_PROVISION === '1';

/**
 * What to do about a real part that a test needs and this machine lacks: gives the line to print beside the skipped test,
 * or throws when nothing may be skipped. `install` is the command that brings the part.
 */
export function missingPart(name: string, install: string): string {
  const line = `needs ${name}; install it by: ${install}`;
  if (everythingMustRun) throw new Error(`E2E_PROVISION=1 allows no skips, but this ${line}`);
  return `skipped: ${line}`;
}
