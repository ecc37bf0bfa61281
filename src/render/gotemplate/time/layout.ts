/** A layout of package time in pieces: text, and elements that stand for a part of a time (`nextStdChunk` of format.go). */
export interface Piece {
  readonly text: string;
  readonly isElement: boolean;
}

const ELEMENT = new RegExp(
  [
    'January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST',
    '0[1-6]|002|15|1|2006|2|(?<=_)2006|_2(?!006)|__2|3|4|5|PM|pm',
    '-070000|-07:00:00|-0700|-07:00|-07',
    'Z070000|Z07:00:00|Z0700|Z07:00|Z07',
    '[.,](?:0+|9+)(?![0-9])',
  ].join('|'),
  'g',
);

export function piecesOf(layout: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const { 0: text, index } of layout.matchAll(ELEMENT)) {
    if (index > at) pieces.push({ text: layout.slice(at, index), isElement: false });
    pieces.push({ text, isElement: true });
    at = index + text.length;
  }
  if (at < layout.length) pieces.push({ text: layout.slice(at), isElement: false });
  return pieces;
}

export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

export const WEEKDAYS = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const;

/** Names as layouts shorten them. */
export const short = (name: string): string => name.slice(0, 3);

export const RFC3339_NANO = '2006-01-02T15:04:05.999999999Z07:00';
/** How a time prints. */
export const STRING = '2006-01-02 15:04:05.999999999 -0700 MST';
