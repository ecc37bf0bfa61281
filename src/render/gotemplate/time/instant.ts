import { type Civil, civilAt } from './calendar.ts';
import { LOCAL, type Offset, UTC, type Zone } from './zones.ts';

/** A time.Time. */
export interface Instant {
  /** Since the epoch. */
  readonly seconds: number;
  readonly nanos: number;
  readonly zone: Zone;
}

/** What it shows in its zone. */
export interface Shown extends Civil {
  readonly nanos: number;
  readonly offset: Offset;
}

const BILLION = 1_000_000_000n;

/** The zero value: 0001-01-01 00:00:00 UTC. */
export const ZERO: Instant = { seconds: -62_135_596_800, nanos: 0, zone: UTC };

export const fromDate = (date: Date): Instant => fromNanos(BigInt(date.getTime()) * 1_000_000n, LOCAL);

export const fromUnix = (seconds: number): Instant => ({ seconds, nanos: 0, zone: LOCAL });

export const nanosOf = ({ seconds, nanos }: Instant): bigint => BigInt(seconds) * BILLION + BigInt(nanos);

export function fromNanos(nanos: bigint, zone: Zone): Instant {
  const rest = ((nanos % BILLION) + BILLION) % BILLION;
  return { seconds: Number((nanos - rest) / BILLION), nanos: Number(rest), zone };
}

export const add = (instant: Instant, nanos: bigint): Instant =>
  fromNanos(nanosOf(instant) + nanos, instant.zone);

const MAX_DURATION = 2n ** 63n - 1n;

/** A duration has 64 bits: what is longer is cut. */
export function between(later: Instant, earlier: Instant): bigint {
  const nanos = nanosOf(later) - nanosOf(earlier);
  if (nanos > MAX_DURATION) return MAX_DURATION;
  return nanos < -MAX_DURATION - 1n ? -MAX_DURATION - 1n : nanos;
}

export function shown({ seconds, nanos, zone }: Instant): Shown {
  const offset = zone.at(seconds);
  return { ...civilAt(seconds + offset.seconds), nanos, offset };
}
