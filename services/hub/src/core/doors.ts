// The sockets that questions come in by. With strict CurveZMQ there is one of each side (§2.1, row 1): clients ask at theirs,
// engines and their nannies register at theirs, and neither is heard at the other's.
import type { checkQuery } from '@muster/protocol/messages';

export type Door = 'shared' | 'client' | 'engine';

type Checked = ReturnType<typeof checkQuery>;
interface Refused {
  readonly ok: false;
  readonly refusal: { readonly code: string; readonly ename: string; readonly evalue: string };
}

const ofEngines: ReadonlySet<string> = new Set(['registration_request', 'unregistration_request']);

/** The request, refused where it is made at the other side's door. */
export function checkAtDoor(door: Door, checked: Checked): Checked | Refused {
  if (!checked.ok || door === 'shared') return checked;
  const { type } = checked.request;
  const itsDoor: Door = ofEngines.has(type) ? 'engine' : 'client';
  if (door === itsDoor) return checked;
  const evalue = `${type} is taken at the port of ${itsDoor}s only: see ipcontroller-${itsDoor}.json`;
  return { ok: false, refusal: { code: 'wrong_door', ename: 'PermissionError', evalue } };
}
