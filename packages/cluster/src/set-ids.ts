/** Unix seconds; with `-1`, `-2`… when taken. */
export function freeSetId(taken: readonly string[], now = Math.floor(Date.now() / 1000)): string {
  for (let i = 0; ; i++) {
    const id = i === 0 ? String(now) : `${now}-${i}`;
    if (!taken.includes(id)) return id;
  }
}
