import { rfc3339 } from '../base/clock.ts';
import type { Stay } from './types.ts';

const KEPT = 10;

/** What is recorded of how long revisions ran, once `revision` is what is deployed; the same where it was before. `now` in milliseconds. Pure. */
export function staysAfter(
  before: readonly Stay[] | undefined,
  revision: string,
  now: number,
): readonly Stay[] {
  const known = before ?? [];
  const current = known.find((stay) => stay.revision === revision);
  if (current?.since !== undefined && known.every((stay) => stay === current || stay.since === undefined))
    return known;
  const others = known.filter((stay) => stay !== current).map((stay) => ended(stay, now));
  const ms = current?.ms ?? 0;
  return [...others.slice(-(KEPT - 1)), { revision, ms, since: current?.since ?? rfc3339(now) }];
}

function ended({ since, ...stay }: Stay, now: number): Stay {
  return since === undefined ? stay : { ...stay, ms: stay.ms + Math.max(0, now - Date.parse(since)) };
}

/** How long a revision has run in all, in milliseconds. */
export function timeOf(stays: readonly Stay[] | undefined, revision: string, now: number): number {
  const stay = stays?.find((one) => one.revision === revision);
  if (stay === undefined) return 0;
  return stay.ms + (stay.since === undefined ? 0 : Math.max(0, now - Date.parse(stay.since)));
}
