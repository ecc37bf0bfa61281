import { rfc3339 } from '../../base/clock.ts';
import { formatDuration } from '../../model/duration.ts';

/** Rounded up: "0s to go" is never said while something waits. */
export const inSeconds = (ms: number): string => formatDuration(Math.ceil(ms / 1000) * 1000);

/** A wall time in milliseconds as reasons name it: `2026-01-01 12:00 UTC`. */
export const momentText = (ms: number): string =>
  `${rfc3339(Math.ceil(ms / 1000) * 1000)
    .replace('T', ' ')
    .replace(/(:00)?Z$/, '')} UTC`;
