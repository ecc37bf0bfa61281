import type { Clock } from '../../base/clock.ts';
import { ProblemError } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { Informer } from '../../kube/client/informer.ts';
import type { ConfigMap } from '../../kube/kinds/objects.data.ts';
import { CONFIG_MAPS } from '../../kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { fullName } from '../../model/names.ts';
import { holdFrom } from '../../model/suspension.ts';
import {
  DELIVERIES,
  type Environment,
  FIELD_MANAGER,
  type Hold,
  PILOTAGE_NAMESPACE,
} from '../../model/types.ts';
import { endOf } from '../../model/until.ts';
import { changeSpec } from './pin.ts';

/** While it is there nothing is written anywhere: its data is the Hold. An object of its own, since it is of no delivery. */
export const EVERYTHING = 'suspended';
const EVERYTHING_KEY = { namespace: PILOTAGE_NAMESPACE, name: EVERYTHING };

export interface SuspendRequest {
  readonly reason: string;
  /** RFC 3339, or how long from now: `2h`. Absent: until somebody resumes it. */
  readonly until?: string;
}

/** What a suspension is of. */
export type Suspendable =
  | { readonly scope: 'environment'; readonly environment: Environment }
  | { readonly scope: 'delivery'; readonly delivery: string }
  | { readonly scope: 'everything' };

interface Parts {
  readonly home: KubeClient;
  readonly clock: Clock;
}

/** Nothing is done there from now on, by a person's word. @throws ProblemError */
export async function suspend(
  { home, clock }: Parts,
  what: Suspendable,
  request: SuspendRequest,
  by: string,
): Promise<{ readonly message: string }> {
  const { subject, argument } = wordsFor(what);
  const now = clock.now();
  const reason = request.reason.trim();
  if (reason === '')
    throw new ProblemError({
      reason: 'ReasonMissing',
      message: 'A suspension has a reason, for those who find it.',
      remedy: `pilotage suspend ${argument} --reason WHY`,
    });
  const until = request.until === undefined ? undefined : endOf(request.until, now);
  const hold = holdFrom(now, by, reason, until);
  await record(home, what, hold);
  const end = hold.until === undefined ? `; to go on: pilotage resume ${argument}` : ` until ${hold.until}`;
  return { message: `${subject} is suspended${end}.` };
}

/** It goes on, unless a wider suspension stands. @throws ProblemError where there is none of its own */
export async function resume({ home }: Parts, what: Suspendable): Promise<{ readonly message: string }> {
  const { subject } = wordsFor(what);
  if (!(await isRecorded(home, what)))
    throw new ProblemError({
      reason: 'NotSuspended',
      message:
        what.scope === 'everything'
          ? 'Not everything is suspended.'
          : `${subject} is not suspended by itself.`,
      remedy: 'pilotage status says what is, and by which command it goes on.',
    });
  await record(home, what, null);
  return { message: `${subject} goes on.` };
}

function wordsFor(what: Suspendable): { readonly subject: string; readonly argument: string } {
  if (what.scope === 'everything') return { subject: 'Everything', argument: '--all' };
  const name = what.scope === 'delivery' ? what.delivery : fullName(what.environment);
  return { subject: name, argument: name };
}

async function isRecorded(home: KubeClient, what: Suspendable): Promise<boolean> {
  if (what.scope === 'everything')
    return (await home.get(CONFIG_MAPS, EVERYTHING_KEY).catch(notFoundAsUndefined)) !== undefined;
  if (what.scope === 'delivery')
    return (await home.get(DELIVERIES, keyOf(what.delivery))).spec.suspend !== undefined;
  const { suspend, suspended } = what.environment.spec;
  return suspend !== undefined || suspended === true;
}

async function record(home: KubeClient, what: Suspendable, hold: Hold | null): Promise<void> {
  if (what.scope === 'everything') return recordEverything(home, hold);
  // A merge patch keeps what it does not name: the end of the suspension before.
  const suspend = hold && { until: null, ...hold };
  if (what.scope === 'delivery') {
    const patch = { type: 'merge', body: { spec: { suspend } } } as const;
    await home.patch(DELIVERIES, keyOf(what.delivery), patch, { fieldManager: FIELD_MANAGER });
  } else
    await changeSpec(home, what.environment.metadata.name ?? '', {
      suspend,
      ...(hold ? {} : { suspended: null }),
    });
}

async function recordEverything(home: KubeClient, hold: Hold | null): Promise<void> {
  if (hold === null) {
    await home.delete(CONFIG_MAPS, EVERYTHING_KEY).catch(notFoundAsUndefined);
    return;
  }
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: EVERYTHING_KEY, data: { ...hold } };
  await home.apply(CONFIG_MAPS, object, { fieldManager: FIELD_MANAGER, force: true });
}

const keyOf = (delivery: string) => ({ namespace: PILOTAGE_NAMESPACE, name: delivery });

/**
 * The suspension of everything, from a cache that watches its object alone. Whatever is in it stops: that its reason was lost is no reason
 * to go on.
 */
export function holdOfEverything(informer: Informer<ConfigMap>): Hold | undefined {
  const found = informer.get(EVERYTHING_KEY);
  if (!found) return undefined;
  const { reason = 'unknown', by = 'somebody', since = '', until } = found.data ?? {};
  return { reason, by, since, ...(until === undefined ? {} : { until }) };
}
