import { type Helper, HelperError, text } from '../helper.ts';

const two = (n: number): string => String(n).padStart(2, '0');

/** Go's reference time (Mon Jan 2 15:04:05 2006), token by token; UTC, so that a render does not depend on the machine. */
const TOKENS: Readonly<Record<string, (d: Date) => string>> = {
  '2006': (d) => String(d.getUTCFullYear()),
  '01': (d) => two(d.getUTCMonth() + 1),
  '02': (d) => two(d.getUTCDate()),
  '15': (d) => two(d.getUTCHours()),
  '04': (d) => two(d.getUTCMinutes()),
  '05': (d) => two(d.getUTCSeconds()),
  Z07: () => 'Z',
  MST: () => 'UTC',
};

export const DATES: Readonly<Record<string, Helper>> = {
  /** `date "2006-01-02" "2026-03-01T10:00:00Z"`: the value is RFC 3339 text or milliseconds. */
  date: (layout, value) => {
    const at = new Date(typeof value === 'number' ? value : text(value));
    if (Number.isNaN(at.getTime())) throw new HelperError(`date: ${JSON.stringify(value)} is not a time`);
    return text(layout).replaceAll(/2006|01|02|15|04|05|Z07(:00)?|MST/g, (token) =>
      (TOKENS[token.replace(':00', '')] ?? (() => token))(at),
    );
  },
};
