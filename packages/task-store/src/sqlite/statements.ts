import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Prepares each text once. */
export type Statements = (sql: string) => StatementSync;

/** Texts vary with the fields that a write sets or a question wants; a few dozen are in use at a time. */
const keptLimit = 256;

export function createStatements(db: DatabaseSync): Statements {
  const kept = new Map<string, StatementSync>();
  return (sql) => {
    let statement = kept.get(sql);
    if (statement === undefined) {
      if (kept.size >= keptLimit) kept.clear();
      statement = db.prepare(sql);
      kept.set(sql, statement);
    }
    return statement;
  };
}
