import { type Instant, type Shown, shown } from './instant.ts';
import { MONTHS, piecesOf, short, WEEKDAYS } from './layout.ts';

/** time.Time's Format. */
export function formatTime(instant: Instant, layout: string): string {
  const time = shown(instant);
  return piecesOf(layout)
    .map(({ text, isElement }) => (isElement ? element(text, time) : text))
    .join('');
}

const padded = (n: number, width: number, fill = '0'): string =>
  n < 0 ? `-${String(-n).padStart(width, fill)}` : String(n).padStart(width, fill);

const hour12 = ({ hour }: Shown): number => (hour % 12 === 0 ? 12 : hour % 12);

const ELEMENTS: Readonly<Record<string, (time: Shown) => string>> = {
  January: ({ month }) => MONTHS[month - 1] ?? '',
  Jan: ({ month }) => short(MONTHS[month - 1] ?? ''),
  '1': ({ month }) => String(month),
  '01': ({ month }) => padded(month, 2),
  Monday: ({ weekday }) => WEEKDAYS[weekday] ?? '',
  Mon: ({ weekday }) => short(WEEKDAYS[weekday] ?? ''),
  '2': ({ day }) => String(day),
  _2: ({ day }) => padded(day, 2, ' '),
  '02': ({ day }) => padded(day, 2),
  __2: ({ yearDay }) => padded(yearDay, 3, ' '),
  '002': ({ yearDay }) => padded(yearDay, 3),
  '15': ({ hour }) => padded(hour, 2),
  '3': (time) => String(hour12(time)),
  '03': (time) => padded(hour12(time), 2),
  '4': ({ minute }) => String(minute),
  '04': ({ minute }) => padded(minute, 2),
  '5': ({ second }) => String(second),
  '05': ({ second }) => padded(second, 2),
  '2006': ({ year }) => padded(year, 4),
  '06': ({ year }) => padded(Math.max(year, 0) % 100, 2),
  PM: ({ hour }) => (hour >= 12 ? 'PM' : 'AM'),
  pm: ({ hour }) => (hour >= 12 ? 'pm' : 'am'),
  MST: ({ offset }) => offset.abbreviation || offsetText(offset.seconds, '-0700'),
};

function element(text: string, time: Shown): string {
  const known = ELEMENTS[text];
  if (known) return known(time);
  if (text.startsWith('.') || text.startsWith(',')) return fraction(text, time.nanos);
  if (text.startsWith('Z') && time.offset.seconds === 0) return 'Z';
  return offsetText(time.offset.seconds, text);
}

/** `.000` has as many digits as it says, `.999` none that are zeros at the end. */
function fraction(text: string, nanos: number): string {
  const digits = padded(nanos, 9)
    .slice(0, text.length - 1)
    .padEnd(text.length - 1, '0');
  if (text[1] === '0') return `${text[0]}${digits}`;
  const significant = digits.replace(/0+$/, '');
  return significant === '' ? '' : `${text[0]}${significant}`;
}

/** As an element says: `-07:00`, `Z070000`. */
function offsetText(seconds: number, element: string): string {
  const size = Math.abs(seconds);
  const parts = [Math.floor(size / 3600), Math.floor((size % 3600) / 60), size % 60];
  const digits = element.replace(/\D/g, '').length;
  const separator = element.includes(':') ? ':' : '';
  // The sign is that of the minutes.
  const sign = Math.trunc(seconds / 60) < 0 ? '-' : '+';
  return `${sign}${parts
    .slice(0, digits / 2)
    .map((part) => padded(part, 2))
    .join(separator)}`;
}
