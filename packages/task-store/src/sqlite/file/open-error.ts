/** Why a database could not be opened. */
export class OpenError extends Error {
  override readonly name = 'OpenError';
  /**
   * Of SQLite (`NOTADB`), of the file system (`EACCES`), or `NOLOCK`: files cannot be locked there; `NEWER`: a newer program
   * wrote it; `NOFILE`: it is no plain file; `DAMAGED`: it is, and another program has it open; `SLOW`: nothing came back.
   */
  readonly code: string | undefined;
  constructor(code: string | undefined, message: string) {
    super(message);
    this.code = code;
  }
}
