import { parseNanoseconds } from './duration.ts';

/** A field of a schedule: what it counts, and the names that stand for numbers. */
interface Field {
  readonly first: number;
  readonly last: number;
  readonly names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Minute, hour, day of the month, month, day of the week. */
const FIELDS: readonly Field[] = [
  { first: 0, last: 59 },
  { first: 0, last: 23 },
  { first: 1, last: 31 },
  { first: 1, last: 12, names: MONTHS },
  { first: 0, last: 6, names: DAYS },
];

const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** When something is due: by the clock, or again and again after a while. `crontimes.ts` says when that is. */
export type CronSchedule = CalendarSchedule | IntervalSchedule;

export interface CalendarSchedule {
  readonly type: 'calendar';
  /** A zone in the text itself: `TZ=Europe/Paris 0 4 * * *`. */
  readonly zone?: string;
  readonly minutes: CronField;
  readonly hours: CronField;
  /** Of the month. */
  readonly days: CronField;
  readonly months: CronField;
  /** 0: Sunday. */
  readonly weekdays: CronField;
}

export interface IntervalSchedule {
  readonly type: 'interval';
  readonly ms: number;
}

export interface CronField {
  readonly values: ReadonlySet<number>;
  /** It says nothing, as `*`. */
  readonly isAny: boolean;
}

/** Why a text is not a schedule of cron; undefined when it is one. */
export function scheduleProblem(text: string): string | undefined {
  const schedule = parseSchedule(text);
  return typeof schedule === 'string' ? schedule : undefined;
}

/**
 * A schedule of cron, or why a text is none. The grammar and the words are those of github.com/robfig/cron v3 (`parser.go`,
 * ParseStandard), which the CronJob controller of Kubernetes reads schedules with.
 */
export function parseSchedule(text: string): CronSchedule | string {
  const [prefix = '', zone] = /^(?:CRON_)?TZ=(\S*)\s*/.exec(text) ?? [];
  const fields = text.slice(prefix.length).trim();
  if (fields === '') return 'empty spec string';
  const schedule = fields.startsWith('@') ? parseDescriptor(fields) : parseFields(fields);
  if (typeof schedule === 'string' || schedule.type === 'interval' || zone === undefined) return schedule;
  return { ...schedule, zone };
}

function parseDescriptor(text: string): CronSchedule | string {
  const fields = Object.hasOwn(DESCRIPTORS, text) ? DESCRIPTORS[text] : undefined;
  if (fields !== undefined) return parseFields(fields);
  const duration = /^@every (.*)$/.exec(text)?.[1];
  if (duration === undefined) return `unrecognized descriptor: ${text}`;
  const nanos = parseNanoseconds(duration);
  if (nanos === undefined) {
    return `failed to parse duration ${text}: time: invalid duration "${duration}"`;
  }
  // Whole seconds, one at least (`constantdelay.go`).
  return { type: 'interval', ms: Math.max(1, Number(nanos / 1_000_000_000n)) * 1000 };
}

function parseFields(text: string): CalendarSchedule | string {
  const parts = text.split(/\s+/);
  if (parts.length !== FIELDS.length) {
    return `expected exactly ${FIELDS.length} fields, found ${parts.length}: [${parts.join(' ')}]`;
  }
  const fields = FIELDS.map((field, i) => parseField(parts[i] ?? '', field));
  const problem = fields.find((field) => typeof field === 'string');
  if (problem !== undefined) return problem;
  const [minutes, hours, days, months, weekdays] = fields as readonly CronField[] as FiveFields;
  return { type: 'calendar', minutes, hours, days, months, weekdays };
}

type FiveFields = readonly [CronField, CronField, CronField, CronField, CronField];

function parseField(text: string, field: Field): CronField | string {
  const ranges = text.split(',').filter((range) => range !== '');
  const parsed = ranges.map((range) => parseRange(range, field));
  const problem = parsed.find((range) => typeof range === 'string');
  if (problem !== undefined) return problem;
  const all = parsed.filter((range) => typeof range !== 'string');
  return { values: new Set(all.flatMap(valuesOf)), isAny: all.some(({ isAny }) => isAny) };
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly steps: number;
  readonly isAny: boolean;
}

function valuesOf({ start, end, steps }: Range): readonly number[] {
  return Array.from({ length: Math.floor((end - start) / steps) + 1 }, (_, i) => start + i * steps);
}

/** `*`, `5`, `1-5`, each with a step behind a slash. */
function parseRange(text: string, field: Field): Range | string {
  const [range = '', step, ...moreSteps] = text.split('/');
  const [low = '', high, ...moreBounds] = range.split('-');
  const isStar = low === '*' || low === '?';
  const [start, end] = isStar
    ? [field.first, field.last]
    : [low, high ?? low].map((bound) => numberOf(bound, field));
  const steps = step === undefined ? 1 : numberOf(step);
  const unread = [start, end].find((bound) => typeof bound === 'string');
  if (unread !== undefined) return String(unread);
  if (!isStar && moreBounds.length > 0) return `too many hyphens: ${text}`;
  if (moreSteps.length > 0) return `too many slashes: ${text}`;
  if (typeof steps === 'string') return steps;
  // `5/15` goes on to the end.
  const last = step !== undefined && high === undefined ? field.last : Number(end);
  const found = { start: Number(start), end: last, steps, isAny: isStar && steps <= 1 };
  return boundsProblem(text, field, found) ?? found;
}

function boundsProblem(
  text: string,
  { first, last }: Field,
  { start, end, steps }: Range,
): string | undefined {
  if (start < first) return `beginning of range (${start}) below minimum (${first}): ${text}`;
  if (end > last) return `end of range (${end}) above maximum (${last}): ${text}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${text}`;
  return steps === 0 ? `step of range should be a positive number: ${text}` : undefined;
}

/** The number, or why there is none. */
function numberOf(text: string, { first, names = [] }: Partial<Field> = {}): number | string {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return named + (first ?? 0);
  if (/^\d{1,15}$/.test(text)) return Number(text);
  return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
}
