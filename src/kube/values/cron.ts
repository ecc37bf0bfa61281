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

const DESCRIPTORS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];
const DURATION = /^[+-]?((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+$/;

/**
 * Why a text is not a schedule of cron; undefined when it is one. The grammar and the words are those of github.com/robfig/cron
 * v3 (`parser.go`, ParseStandard), which the CronJob controller of Kubernetes reads schedules with.
 */
export function scheduleProblem(text: string): string | undefined {
  const schedule = text.replace(/^(CRON_)?TZ=\S*\s*/, '').trim();
  if (schedule === '') return 'empty spec string';
  if (schedule.startsWith('@')) return descriptorProblem(schedule);
  const fields = schedule.split(/\s+/);
  if (fields.length !== FIELDS.length) {
    return `expected exactly ${FIELDS.length} fields, found ${fields.length}: [${fields.join(' ')}]`;
  }
  return firstOf(FIELDS, (field, i) => fieldProblem(fields[i] ?? '', field));
}

function descriptorProblem(text: string): string | undefined {
  if (DESCRIPTORS.includes(text)) return undefined;
  const duration = /^@every (.*)$/.exec(text)?.[1];
  if (duration === undefined) return `unrecognized descriptor: ${text}`;
  return DURATION.test(duration)
    ? undefined
    : `failed to parse duration ${text}: time: invalid duration "${duration}"`;
}

const fieldProblem = (text: string, field: Field): string | undefined =>
  firstOf(
    text.split(',').filter((range) => range !== ''),
    (range) => rangeProblem(range, field),
  );

/** `*`, `5`, `1-5`, each with a step behind a slash. */
function rangeProblem(text: string, field: Field): string | undefined {
  const [range = '', step, ...moreSteps] = text.split('/');
  const [low = '', high, ...moreBounds] = range.split('-');
  const isAny = low === '*' || low === '?';
  const [start, end] = isAny
    ? [field.first, field.last]
    : [low, high ?? low].map((bound) => numberOf(bound, field));
  const steps = step === undefined ? 1 : numberOf(step);
  const unread = [start, end].find((bound) => typeof bound === 'string');
  if (unread !== undefined) return String(unread);
  if (!isAny && moreBounds.length > 0) return `too many hyphens: ${text}`;
  if (moreSteps.length > 0) return `too many slashes: ${text}`;
  if (typeof steps === 'string') return steps;
  // `5/15` goes on to the end.
  const last = step !== undefined && high === undefined ? field.last : Number(end);
  return boundsProblem(text, field, { start: Number(start), end: last, steps });
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly steps: number;
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

function firstOf<T>(
  items: readonly T[],
  problemOf: (item: T, index: number) => string | undefined,
): string | undefined {
  for (const [i, item] of items.entries()) {
    const problem = problemOf(item, i);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
