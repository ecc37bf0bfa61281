/** What the clocks in a time zone show at a moment, in milliseconds since the epoch: a Date whose UTC parts are those of the clock. */
export type ZoneClock = (ms: number) => Date;

/** To make one costs twenty times as much as to read it. */
const clocks = new Map<string, ZoneClock>();
/** Names are not bounded: each may be written in small letters and in large ones. */
const MOST_CLOCKS = 32;

/** Throws RangeError for a zone that is unknown. The first use loads time zones, a tenth of a second on a busy machine. */
export function clockIn(zone: string): ZoneClock {
  if (zone === 'UTC') return (ms) => new Date(ms);
  const known = clocks.get(zone);
  if (known) return known;
  const clock = newClock(zone);
  if (clocks.size >= MOST_CLOCKS) clocks.clear();
  clocks.set(zone, clock);
  return clock;
}

function newClock(zone: string): ZoneClock {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (ms) => {
    // `7/31/2026, 23:59:00`; told in parts it takes three times as long.
    const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = (
      format.format(ms).match(/\d+/g) ?? []
    ).map(Number);
    const shown = Date.UTC(year, month - 1, day, hour, minute, second);
    return new Date(shown + (((ms % 1000) + 1000) % 1000));
  };
}

/** RFC 3339 with whole seconds and the offset of the zone from UTC: `2026-01-01T07:00:00-05:00`; `Z` where there is none. */
export function rfc3339In(zone: string, ms: number): string {
  const shown = clockIn(zone)(ms);
  const minutes = Math.round((shown.getTime() - ms) / 60_000);
  const text = shown.toISOString().slice(0, 19);
  if (minutes === 0) return `${text}Z`;
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${text}${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`;
}

/** The moment at which the clocks of a zone show `shown` (UTC parts, milliseconds); where they skip it, the first one after. */
export function momentIn(zone: string, shown: number): number {
  const clock = clockIn(zone);
  const guess = shown - (clock(shown).getTime() - shown);
  const corrected = guess + (shown - clock(guess).getTime());
  return clock(corrected).getTime() < shown ? guess : corrected;
}
