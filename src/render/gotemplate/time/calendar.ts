/** What a calendar and a clock show. */
export interface Civil {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** From 0, Sunday. */
  readonly weekday: number;
  /** From 1. */
  readonly yearDay: number;
}

const DAY = 86_400;
/** The Gregorian calendar repeats itself after so many years, and days. */
const ERA_YEARS = 400;
const ERA_DAYS = 146_097;
/** From 0000-03-01 to 1970-01-01. */
const EPOCH_DAYS = 719_468;

/** Days since 1970-01-01; months and days may be beyond their ranges, as for time.Date. */
export function daysFrom(year: number, month: number, day: number): number {
  const months = year * 12 + month - 1;
  const [y, m] = [Math.floor(months / 12), ((months % 12) + 12) % 12];
  // A year that begins in March ends with its leap day.
  const shifted = m < 2 ? y - 1 : y;
  const era = Math.floor(shifted / ERA_YEARS);
  const yearOfEra = shifted - era * ERA_YEARS;
  const dayOfYear = Math.floor((153 * ((m + 10) % 12) + 2) / 5);
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * ERA_DAYS + dayOfEra - EPOCH_DAYS + day - 1;
}

/** Seconds since the epoch of what a clock at UTC shows. */
export const secondsFrom = (
  { year, month, day }: Pick<Civil, 'year' | 'month' | 'day'>,
  { hour, minute, second }: Pick<Civil, 'hour' | 'minute' | 'second'>,
): number => daysFrom(year, month, day) * DAY + hour * 3600 + minute * 60 + second;

/** What a clock shows that is `seconds` after the epoch. */
export function civilAt(seconds: number): Civil {
  const days = Math.floor(seconds / DAY);
  const ofDay = seconds - days * DAY;
  const shifted = days + EPOCH_DAYS;
  const era = Math.floor(shifted / ERA_DAYS);
  const dayOfEra = shifted - era * ERA_DAYS;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = yearOfEra + era * ERA_YEARS + (month <= 2 ? 1 : 0);
  return {
    year,
    month,
    day: dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1,
    hour: Math.floor(ofDay / 3600),
    minute: Math.floor((ofDay % 3600) / 60),
    second: ofDay % 60,
    weekday: (((days + 4) % 7) + 7) % 7,
    yearDay: days - daysFrom(year, 1, 1) + 1,
  };
}

export const daysIn = (year: number, month: number): number =>
  daysFrom(year, month + 1, 1) - daysFrom(year, month, 1);

export const isLeap = (year: number): boolean => daysIn(year, 2) === 29;
