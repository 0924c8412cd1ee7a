/** A figure of stores as it is shown. */
export interface Row {
  readonly what: string;
  readonly value: string;
  /** The figure to reach, and whether it was. */
  readonly goal?: { readonly text: string; readonly reached: boolean };
}
