// Dates of the wire: ISO 8601 with microseconds (§3.2). JavaScript's Date has only milliseconds, so a moment is a number
// of microseconds since 1970 (exact in a double until the year 2255).

/** Microseconds since 1970-01-01T00:00:00Z. */
export type Microseconds = number;

const pattern = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?$/;

/** The years 1 to 9999 in UTC: what four digits, and Python, can say. */
const firstSecond = -62_135_596_800;
const lastSecond = 253_402_300_799;

/**
 * Parses a date of the wire. Zones `Z` and `±HH[:]MM`; without a zone it is taken as UTC.
 * Returns undefined for any other text, for days, hours and zones that do not exist, and outside of the years 1 to 9999.
 */
export function parseDate(text: string): Microseconds | undefined {
  return parseCommon(text) ?? parseAny(text);
}

/** `2026-11-23T14:15:04.123456Z`, or `+00:00`: what headers have, without a pattern; undefined for what is to be looked at closer. */
function parseCommon(text: string): Microseconds | undefined {
  const isUtc = text.length === 27 ? text.charCodeAt(26) === 0x5a : text.length === 32 && text.endsWith('+00:00');
  if (!isUtc || text.charCodeAt(4) !== 0x2d || text.charCodeAt(7) !== 0x2d || text.charCodeAt(10) !== 0x54) return;
  if (text.charCodeAt(13) !== 0x3a || text.charCodeAt(16) !== 0x3a || text.charCodeAt(19) !== 0x2e) return;
  const year = digits(text, 0, 4);
  const days = year > 0 ? daysFromCivil(year, digits(text, 5, 2), digits(text, 8, 2)) : undefined;
  const [hour, minute, second] = [digits(text, 11, 2), digits(text, 14, 2), digits(text, 17, 2)];
  const micros = digits(text, 20, 6);
  if (days === undefined || !(hour < 24 && minute < 60 && second < 60 && micros >= 0)) return;
  return (days * 86_400 + hour * 3600 + minute * 60 + second) * 1e6 + micros;
}

/** The number that these digits are; NaN when one of them is none. */
function digits(text: string, at: number, length: number): number {
  let value = 0;
  for (let i = at; i < at + length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = 10 * value + digit;
  }
  return value;
}

function parseAny(text: string): Microseconds | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const days = daysFromCivil(year, month, day);
  if (days === undefined || hour > 23 || minute > 59 || second > 59) return undefined;
  const micros = Number((match[7] ?? '').padEnd(6, '0'));
  const seconds = days * 86_400 + hour * 3600 + minute * 60 + second - zoneSeconds(match[8]);
  return seconds < firstSecond || seconds > lastSecond ? undefined : seconds * 1e6 + micros;
}

/** Formats a moment as UTC with `Z`; the fraction has six digits and is missing when it is 0, as in Python. */
export function formatDate(us: Microseconds): string {
  const micros = ((Math.round(us) % 1e6) + 1e6) % 1e6;
  const seconds = Math.round((us - micros) / 1e6);
  const days = Math.floor(seconds / 86_400);
  const ofDay = seconds - days * 86_400;
  const [year, month, day] = civilFromDays(days);
  const time = [Math.floor(ofDay / 3600), Math.floor(ofDay / 60) % 60, ofDay % 60].map(two).join(':');
  const fraction = micros === 0 ? '' : `.${String(micros).padStart(6, '0')}`;
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${time}${fraction}Z`;
}

const two = (n: number): string => String(n).padStart(2, '0');

function zoneSeconds(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0;
  const sign = zone[0] === '-' ? -1 : 1;
  return sign * (Number(zone.slice(1, 3)) * 3600 + Number(zone.slice(-2)) * 60);
}

/** Days since 1970 of a day of the Gregorian calendar; undefined when there is no such day. */
function daysFromCivil(year: number, month: number, day: number): number | undefined {
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) return undefined;
  const y = month > 2 ? year : year - 1;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

function civilFromDays(days: number): [year: number, month: number, day: number] {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day];
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
