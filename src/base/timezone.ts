/**
 * What the clocks in a time zone show at a moment, in milliseconds since the epoch: a Date whose UTC parts are those of the clock.
 * Throws RangeError for a zone that is unknown. The first use loads time zones, a tenth of a second on a busy machine.
 */
export function clockIn(zone: string): (ms: number) => Date {
  if (zone === 'UTC') return (ms) => new Date(ms);
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
    const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? Number.NaN;
    const [year, month, day] = [part('year'), part('month') - 1, part('day')];
    const shown = Date.UTC(year, month, day, part('hour'), part('minute'), part('second'));
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
