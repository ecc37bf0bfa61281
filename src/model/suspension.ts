import { rfc3339 } from '../base/clock.ts';
import { fullName } from './names.ts';
import type { Environment, Hold } from './types.ts';

/** What a suspension is of: one environment, those of a delivery, or all that this Pilotage delivers. */
export type Scope = 'environment' | 'delivery' | 'everything';

export interface Suspension {
  readonly scope: Scope;
  readonly hold: Hold;
}

/** Suspensions that stand elsewhere than in the record of an environment. */
export interface WiderHolds {
  readonly delivery?: Hold | undefined;
  readonly everything?: Hold | undefined;
}

/** The widest suspension that an environment is under at `now` (milliseconds), since that one outlasts the others. Pure. */
export function suspensionOf(
  { spec }: Environment,
  { delivery, everything }: WiderHolds,
  now: number,
): Suspension | undefined {
  const all: readonly (readonly [Scope, Hold | undefined])[] = [
    ['everything', everything],
    ['delivery', delivery],
    ['environment', spec.suspend ?? (spec.suspended ? BY_HAND : undefined)],
  ];
  for (const [scope, hold] of all) if (hold && !isOver(hold, now)) return { scope, hold };
  return undefined;
}

/** `suspended: true`, as kubectl writes it; it says neither who nor why. */
const BY_HAND: Hold = { reason: '`suspended: true` of its Environment', by: 'somebody', since: '' };

/** Whether the last pass found it so, whoever said it and of how much. */
export const isSuspended = ({ status }: Environment): boolean => status?.phase === 'Suspended';

export const isOver = ({ until }: Hold, now: number): boolean =>
  until !== undefined && Date.parse(until) <= now;

/** `suspended by ann since … until …: why`, and what ends it. */
export function suspensionText({ scope, hold }: Suspension, environment: Environment): string {
  const { reason, by, since, until } = hold;
  const what = {
    environment: '',
    delivery: `, as all of ${environment.spec.delivery} is,`,
    everything: ', as everything here is,',
  };
  const times = `${since ? ` since ${since}` : ''}${until ? ` until ${until}` : ''}`;
  return `suspended${what[scope]} by ${by}${times}: ${reason}\n  → to go on: pilotage resume ${resumed(scope, environment)}`;
}

const resumed = (scope: Scope, environment: Environment): string =>
  ({ environment: fullName(environment), delivery: environment.spec.delivery, everything: '--all' })[scope];

/** A hold as it is recorded from `now` (milliseconds) on. */
export const holdFrom = (now: number, by: string, reason: string, until: number | undefined): Hold => ({
  reason,
  by,
  since: rfc3339(now),
  ...(until === undefined ? {} : { until: rfc3339(until) }),
});
