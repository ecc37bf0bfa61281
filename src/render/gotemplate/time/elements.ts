import { MONTHS, short, WEEKDAYS } from './layout.ts';

/** What a text says of a time. */
export interface Fields {
  year?: number;
  month?: number;
  day?: number;
  yearDay?: number;
  hour?: number;
  half?: 'am' | 'pm';
  minute?: number;
  second?: number;
  nanos?: number;
  isUtc?: boolean;
  /** Seconds east of UTC. */
  offset?: number;
  zoneName?: string;
}

/** What one element of a layout takes from the beginning of a text. */
export interface Field {
  readonly fields: Fields;
  readonly left: string;
  /** The part that cannot be as large. */
  readonly outOfRange?: string;
}

type Reader = (text: string, element: string, next: string) => Field | undefined;

/** undefined: the text does not begin as the element asks. `next`: the element that stands right behind it. */
export function readElement(element: string, text: string, next: string): Field | undefined {
  const reader = READERS[element] ?? (/^[.,]/.test(element) ? fraction : zoneOffset);
  return reader(text, element, next);
}

interface Range {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** Two digits, or one where the element has no leading zero. */
const number =
  (name: keyof Fields, range?: Range): Reader =>
  (text, element) => {
    const trimmed = element === '_2' ? text.replace(/^ /, '') : text;
    const digits = (element.startsWith('0') ? /^\d\d/ : /^\d\d?/).exec(trimmed)?.[0];
    if (digits === undefined) return undefined;
    const value = Number(digits);
    const field = { fields: { [name]: value }, left: trimmed.slice(digits.length) };
    return range && (value < range.from || value > range.to) ? { ...field, outOfRange: range.name } : field;
  };

const name =
  (names: readonly string[], field?: 'month'): Reader =>
  (text) => {
    const at = names.findIndex((known) => text.slice(0, known.length).toLowerCase() === known.toLowerCase());
    if (at < 0) return undefined;
    return { fields: field ? { [field]: at + 1 } : {}, left: text.slice(names[at]?.length) };
  };

const yearDay: Reader = (text, element) => {
  const trimmed = element === '__2' ? text.replace(/^ {1,2}/, '') : text;
  const digits = (element === '002' ? /^\d{3}/ : /^\d{1,3}/).exec(trimmed)?.[0];
  return digits === undefined
    ? undefined
    : { fields: { yearDay: Number(digits) }, left: trimmed.slice(digits.length) };
};

/** A fraction may follow the seconds that the layout has none for. */
const second: Reader = (text, element, next) => {
  const field = SECOND(text, element, next);
  if (!field || field.outOfRange !== undefined || /^[.,]/.test(next)) return field;
  const digits = /^[.,]\d+/.exec(field.left)?.[0];
  if (digits === undefined) return field;
  return { fields: { ...field.fields, nanos: nanosOf(digits) }, left: field.left.slice(digits.length) };
};

const SECOND = number('second', { name: 'second', from: 0, to: 59 });

const nanosOf = (fraction: string): number => Number(fraction.slice(1, 10).padEnd(9, '0'));

const fraction: Reader = (text, element) => {
  const isOptional = element[1] === '9';
  const digits = (isOptional ? /^[.,]\d+/ : new RegExp(`^[.,]\\d{${element.length - 1}}`)).exec(text)?.[0];
  if (digits !== undefined) return { fields: { nanos: nanosOf(digits) }, left: text.slice(digits.length) };
  return isOptional ? { fields: {}, left: text } : undefined;
};

const half =
  (am: string, pm: string): Reader =>
  (text) => {
    const written = text.slice(0, 2);
    if (written !== am && written !== pm) return undefined;
    return { fields: { half: written === pm ? 'pm' : 'am' }, left: text.slice(2) };
  };

const zoneOffset: Reader = (text, element) => {
  if (element.startsWith('Z') && text.startsWith('Z'))
    return { fields: { isUtc: true }, left: text.slice(1) };
  const pattern = element.slice(1).replace('07', '(\\d\\d)').replace(/00/g, '(\\d\\d)');
  const [whole, sign, hours = '0', minutes = '0', seconds = '0'] =
    new RegExp(`^(.)${pattern}`, 's').exec(text) ?? [];
  if (whole === undefined) return undefined;
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  const field = { fields: { offset: sign === '-' ? -size : size }, left: text.slice(whole.length) };
  const part = [
    Number(hours) > 24 && 'hour',
    Number(minutes) > 60 && 'minute',
    Number(seconds) > 60 && 'second',
  ].findLast((found) => found !== false);
  if (part) return { ...field, outOfRange: `time zone offset ${part}` };
  return sign === '+' || sign === '-' ? field : undefined;
};

/** `parseTimeZone` of format.go: three letters, four or five that end in T, GMT with hours, or an offset. */
const ZONE_NAME =
  /^(?:ChST|MeST|GMT(?:[-+](?:0*(?:1?\d|2[0-3]))(?!\d))?|[-+]0*(?:1?\d|2[0-3])(?!\d)|[A-Z]{4}T(?![A-Z])|(?:[A-Z]{3}T|WITA)(?![A-Z])|[A-Z]{3}(?![A-Z]))/;

const zoneName: Reader = (text) => {
  if (text.startsWith('UTC')) return { fields: { isUtc: true }, left: text.slice(3) };
  const found = ZONE_NAME.exec(text)?.[0];
  return found === undefined ? undefined : { fields: { zoneName: found }, left: text.slice(found.length) };
};

const year: Reader = (text) =>
  /^\d{4}/.test(text) ? { fields: { year: Number(text.slice(0, 4)) }, left: text.slice(4) } : undefined;

const shortYear: Reader = (text) => {
  const written = /^(?:\d\d|[-+]\d)/.exec(text)?.[0];
  if (written === undefined) return undefined;
  const number = Number(written);
  return { fields: { year: number + (number >= 69 ? 1900 : 2000) }, left: text.slice(2) };
};

const month = number('month', { name: 'month', from: 1, to: 12 });
const day = number('day');
const hour12 = number('hour', { name: 'hour', from: 0, to: 12 });
const minute = number('minute', { name: 'minute', from: 0, to: 59 });

const READERS: Readonly<Record<string, Reader>> = {
  January: name(MONTHS, 'month'),
  Jan: name(MONTHS.map(short), 'month'),
  '1': month,
  '01': month,
  Monday: name(WEEKDAYS),
  Mon: name(WEEKDAYS.map(short)),
  '2': day,
  _2: day,
  '02': day,
  __2: yearDay,
  '002': yearDay,
  '15': number('hour', { name: 'hour', from: 0, to: 23 }),
  '3': hour12,
  '03': hour12,
  '4': minute,
  '04': minute,
  '5': second,
  '05': second,
  '2006': year,
  '06': shortYear,
  PM: half('AM', 'PM'),
  pm: half('am', 'pm'),
  MST: zoneName,
};
