import { InvalidArgumentError } from 'commander';

const SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };

/** `90d`, `12h`, `30m` → seconds. */
export function parseDays(text: string): number {
  const [, number, unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const seconds = Number(number) * (SECONDS[unit] ?? 0);
  if (!(seconds > 0)) throw new InvalidArgumentError('It must be a time like 30m, 12h or 90d.');
  return seconds;
}
