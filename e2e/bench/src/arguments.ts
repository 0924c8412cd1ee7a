/** A whole number above 0 from the command line; else says so and ends the program. */
export function atLeastOne(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  console.error(`--${name} must be a whole number above 0, not '${text}'.`);
  process.exit(2);
}
