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

/** JSON lines to `destination` (a daemon's stderr: stdout belongs to the command's answer). */
export function createLogger(level: LogLevel, destination: DestinationStream): Logger {
  return pino({ level, base: {}, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}

export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLogger,
};
