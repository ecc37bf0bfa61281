import { bytesOf, GoError } from '../values.ts';
import { daysFrom, daysIn, isLeap, secondsFrom } from './calendar.ts';
import { type Field, type Fields, readElement } from './elements.ts';
import type { Instant } from './instant.ts';
import { piecesOf } from './layout.ts';
import { fixedZone, LOCAL, UTC, type Zone } from './zones.ts';

/** time.ParseInLocation with the local zone. @throws GoError in its words */
export function parseTime(layout: string, value: string): Instant {
  const fields = readFields(layout, value);
  const fail = (what: string): GoError => new GoError(`parsing time ${quoteTime(value)}: ${what}`);
  const { year = 0, minute = 0, second = 0, nanos = 0 } = fields;
  const { month, day } = dayOf(fields, fail);
  if (day < 1 || day > daysIn(year, month)) throw fail('day out of range');
  const seconds = secondsFrom({ year, month, day }, { hour: hourOf(fields), minute, second });
  return placed({ seconds, nanos }, fields);
}

function readFields(layout: string, value: string): Fields {
  const fields: Fields = {};
  let left = value;
  const pieces = piecesOf(layout);
  for (const [at, { text, isElement }] of pieces.entries()) {
    if (!isElement) {
      const rest = skip(left, text);
      if (typeof rest !== 'string') throw mismatch(layout, value, rest.left, text);
      left = rest;
      continue;
    }
    const next = pieces[at + 1];
    const field: Field | undefined = readElement(text, left, next?.isElement ? next.text : '');
    if (!field) throw mismatch(layout, value, left, text);
    if (field.outOfRange !== undefined)
      throw new GoError(`parsing time ${quoteTime(value)}: ${field.outOfRange} out of range`);
    Object.assign(fields, field.fields);
    left = field.left;
  }
  if (left !== '') throw new GoError(`parsing time ${quoteTime(value)}: extra text: ${quoteTime(left)}`);
  return fields;
}

const mismatch = (layout: string, value: string, left: string, element: string): GoError =>
  new GoError(
    `parsing time ${quoteTime(value)} as ${quoteTime(layout)}: cannot parse ${quoteTime(left)} as ${quoteTime(element)}`,
  );

/** What is left behind a text of the layout: a run of spaces stands for any, or for none at the end. */
function skip(value: string, text: string): string | { readonly left: string } {
  let left = value;
  for (let at = 0; at < text.length; ) {
    if (text[at] === ' ') {
      if (left !== '' && !left.startsWith(' ')) return { left };
      while (text[at] === ' ') at++;
      left = left.replace(/^ +/, '');
      continue;
    }
    if (left[0] !== text[at]) return { left };
    at++;
    left = left.slice(1);
  }
  return left;
}

function hourOf({ hour = 0, half }: Fields): number {
  if (half === 'pm' && hour < 12) return hour + 12;
  return half === 'am' && hour === 12 ? 0 : hour;
}

function dayOf(
  fields: Fields,
  fail: (what: string) => GoError,
): { readonly month: number; readonly day: number } {
  const { year = 0, month, day, yearDay } = fields;
  if (yearDay === undefined) return { month: month ?? 1, day: day ?? 1 };
  if (yearDay < 1 || yearDay > (isLeap(year) ? 366 : 365)) throw fail('day-of-year out of range');
  let found = 1;
  while (daysFrom(year, found + 1, 1) - daysFrom(year, 1, 1) < yearDay) found++;
  const inMonth = yearDay - (daysFrom(year, found, 1) - daysFrom(year, 1, 1));
  if (month !== undefined && month !== found) throw fail('day-of-year does not match month');
  if (day !== undefined && day !== inMonth) throw fail('day-of-year does not match day');
  return { month: found, day: inMonth };
}

/** In the zone that the text names, or else the local one. */
function placed(time: Omit<Instant, 'zone'>, { isUtc, offset, zoneName = '' }: Fields): Instant {
  const at = (zone: Zone, east: number): Instant => ({ ...time, seconds: time.seconds - east, zone });
  if (isUtc) return at(UTC, 0);
  if (offset !== undefined) {
    const isLocal = offset === 0 && (zoneName === '' || zoneName === 'UTC');
    return at(isLocal ? LOCAL : fixedZone(zoneName, offset), offset);
  }
  if (zoneName === '') return at(LOCAL, 0);
  // The text counts as UTC, whatever the zone is, unless it is GMT with hours.
  const hours = zoneName.length > 3 && zoneName.startsWith('GMT') ? Number(zoneName.slice(3)) : 0;
  return { ...time, zone: fixedZone(zoneName, hours * 3600) };
}

/** Package time quotes in a way of its own: what is no printable ASCII as bytes. */
export function quoteTime(text: string): string {
  let quoted = '"';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80 && code >= 0x20)
      quoted += character === '"' || character === '\\' ? `\\${character}` : character;
    else for (const byte of bytesOf(character)) quoted += `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return `${quoted}"`;
}
