import type { CompiledCell } from './compile.ts';
import type { Namespace } from './namespace.ts';

/** Value of a cell's last expression, or that it has none. */
export type CellValue = { readonly value: unknown } | undefined;

/** Runs a cell: gives its value at once, or a promise of it when the cell awaits. Throws what the cell throws. */
export function runCell(cell: CompiledCell, namespace: Namespace): CellValue | Promise<CellValue> {
  namespace.declare(cell.names);
  cell.functions?.runInThisContext();
  const result: unknown = cell.body.runInThisContext();
  if (!cell.async) return cell.hasValue ? { value: result } : undefined;
  return (result as Promise<[unknown] | undefined>).then((values) =>
    values === undefined ? undefined : { value: values[0] },
  );
}
