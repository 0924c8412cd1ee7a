/**
 * A name (or any expression) that is evaluated on the engine, in the namespace of the user: `apply(f, new
 * Reference('x'))` calls f with the engine's own x. It may stand anywhere inside the arguments of a call.
 */
export class Reference {
  readonly name: string;
  constructor(name: string) {
    if (typeof name !== 'string' || name.trim() === '') throw new TypeError('a Reference needs a name');
    this.name = name;
  }
}

/** Makes a Reference. */
export const reference = (name: string): Reference => new Reference(name);

/** A function that came without an engine to make it: its source, an expression. */
export class FunctionSource {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}
