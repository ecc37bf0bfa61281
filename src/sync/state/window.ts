import { rfc3339 } from '../../base/clock.ts';
import { fullName } from '../../model/names.ts';
import type { Environment } from '../../model/types.ts';
import { nextOpening } from '../../model/windowtimes.ts';

/** Why a revision is not deployed yet, and when that ends (milliseconds); `until` is absent where no window opens any more. */
export interface Closed {
  readonly message: string;
  readonly until?: number;
}

/**
 * Whether the windows of an environment keep a revision away at `now`. What is deployed is looked after at all times, a rollback and a pin
 * are a person's word, and so is an override, which is for one revision. Pure.
 */
export function closedFor(environment: Environment, target: string, now: number): Closed | undefined {
  const { windows = [], pin, override } = environment.spec;
  if (windows.length === 0 || pin || override?.revision === target) return undefined;
  if (environment.status?.deployedRevision === target) return undefined;
  const until = nextOpening(windows, now);
  if (until === now) return undefined;
  const when = until === undefined ? 'and none opens any more' : `the next one opens ${rfc3339(until)}`;
  return {
    message: `no window of ${fullName(environment)} is open, ${when}\n  → now all the same: pilotage sync ${fullName(environment)} --override --reason WHY`,
    ...(until === undefined ? {} : { until }),
  };
}
