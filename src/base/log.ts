import { type DestinationStream, pino } from 'pino';

/** The part of pino that the rooms use, so that a test can hand in a list. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Logger;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** JSON lines to `destination` (a daemon's stderr: stdout belongs to the command's answer); sentences where that is a terminal. */
export function createLogger(
  level: LogLevel,
  destination: DestinationStream & { readonly isTTY?: boolean },
): Logger {
  const sink = destination.isTTY
    ? { write: (line: string) => destination.write(formatEntry(line)) }
    : destination;
  return pino({ level, base: {}, timestamp: pino.stdTimeFunctions.isoTime }, sink);
}

/** `12:00:01 warn  history not kept: disk full (release: shop.dev.3)`. A line that is not JSON stays as it is. */
function formatEntry(line: string): string {
  let entry: Readonly<Record<string, unknown>>;
  try {
    entry = JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return line;
  }
  const { level, time, msg, error, err, ...fields } = entry;
  const label = pino.levels.labels[Number(level)] ?? 'info';
  const why = error ?? err;
  const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  const rest = Object.entries(fields).map(([name, value]) => `${name}: ${shown(value)}`);
  const sentence = [String(msg ?? ''), ...(why === undefined ? [] : [shown(why)])].filter(Boolean).join(': ');
  const more = rest.length > 0 ? ` (${rest.join(', ')})` : '';
  return `${String(time).slice(11, 19)} ${label.padEnd(5)} ${sentence}${more}\n`;
}

export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLogger,
};
