import { type Clock, rfc3339 } from '../../base/clock.ts';
import type { Repository } from '../../git/types.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { ProgressEvent, ProgressSink } from '../../model/progress.ts';
import {
  DELIVERIES,
  type Environment,
  type EnvironmentStatus,
  PILOTAGE_NAMESPACE,
} from '../../model/types.ts';
import { changeStatus, conditionOf, withCondition, withoutCondition } from '../state/status.ts';

export interface WantedOptions {
  readonly home: KubeClient;
  readonly repository: (delivery: string) => Promise<Repository | undefined>;
  readonly clock: Clock;
  readonly progress: ProgressSink;
}

/** How a change of branches was learnt. Only a push makes a delivery that was not there. */
export type Source = 'push' | 'poll';

/** A push that is observed: its user, and where it moved each branch. */
export interface Pushed {
  readonly user: string;
  readonly tips: Readonly<Record<string, string | null>>;
}

/** An environment, and what an observation made of it. */
export interface Affected {
  /** Of the Environment object. */
  readonly name: string;
  readonly environment: string;
  readonly branch: string;
  readonly namespace: string;
  readonly revision?: string;
  readonly state: 'wanted' | 'held' | 'frozen';
  /** False: it was so before. */
  readonly changed: boolean;
  /** The commit holds the same for it as the one before: there was nothing to do. */
  readonly untouched?: true;
}

/** Reason of an environment whose wanted revision ended the daemon again and again. */
export const CRASH_LOOP = 'CrashLoop';

/** Records what is frozen, and why. Told once, when the reason changes. */
export async function recordFrozen(
  options: WantedOptions,
  environment: Environment,
  frozen: { readonly reason: string; readonly message: string },
): Promise<Affected> {
  const known = conditionOf(environment, 'Frozen');
  const isTold = known?.reason === frozen.reason && known.message === frozen.message;
  if (isTold) return affected(environment, 'frozen', { changed: false });
  const now = options.clock.now();
  await changeStatus(options, nameOf(environment), (status) => ({
    ...status,
    phase: 'Frozen',
    phaseSince: status.phase === 'Frozen' && status.phaseSince ? status.phaseSince : rfc3339(now),
    message: frozen.message,
    conditions: withCondition(status.conditions, 'Frozen', 'True', now, frozen.reason, frozen.message),
  }));
  publish(options, environment, 'frozen', frozen.message);
  return affected(environment, 'frozen', { changed: true });
}

/**
 * Makes a tip the wanted revision, unless it does not descend from the last one: then the environment is held until a person
 * acknowledges exactly this tip. The observation counter rises with every tip that is new, and never falls.
 */
export async function observeTip(
  options: WantedOptions,
  repository: Repository,
  environment: Environment,
  tip: string,
  by?: string,
): Promise<Affected> {
  const wanted = environment.status?.wantedRevision;
  const descends =
    wanted === undefined ||
    wanted === tip ||
    // The branch of a preview is somebody's work: it may be rewritten.
    environment.spec.preview !== undefined ||
    environment.spec.acknowledgedTip === tip ||
    (await repository.isAncestor(wanted, tip).catch(() => false)) ||
    (await replacesUndeployed(repository, environment, tip));
  if (!descends) return hold(options, environment, wanted, tip);
  const before = environment.status;
  const stored = await changeStatus(options, nameOf(environment), (status) => want(status, tip, by));
  const changed = before?.wantedRevision !== stored?.status?.wantedRevision;
  const thawed =
    conditionOf(environment, 'Frozen') !== undefined || conditionOf(environment, 'Held') !== undefined;
  const now = affected(environment, 'wanted', { changed: changed || thawed, revision: tip });
  if (!now.changed) return now;
  const { branch, namespace } = environment.spec;
  publish(
    options,
    environment,
    'received',
    `branch ${branch} at ${short(tip)} → namespace ${namespace}${by ? `, by ${by}` : ''}`,
    {
      revision: tip,
      ...(by ? { by } : {}),
    },
  );
  return now;
}

/** The status with a new wanted revision, thawed and released. */
function want({ wantedBy, ...status }: EnvironmentStatus, tip: string, by?: string): EnvironmentStatus {
  const fresh = status.wantedRevision !== tip;
  const conditions = withoutCondition(withoutCondition(status.conditions, 'Frozen'), 'Held');
  return {
    ...status,
    wantedRevision: tip,
    ...((fresh ? by : wantedBy) ? { wantedBy: fresh ? by : wantedBy } : {}),
    observation: (status.observation ?? 0) + (fresh ? 1 : 0),
    ...(status.conditions === undefined && conditions.length === 0 ? {} : { conditions }),
  };
}

/**
 * Whether only commits are gone that were never deployed here, as when one is signed after the fact: what the new tip lacks has then never
 * counted. A pin holds an earlier revision, so it tells nothing of what was.
 */
async function replacesUndeployed(
  repository: Repository,
  { spec, status }: Environment,
  tip: string,
): Promise<boolean> {
  const { deployedRevision, wantedRevision } = status ?? {};
  if (deployedRevision === undefined || deployedRevision === wantedRevision || spec.pin) return false;
  return repository.isAncestor(deployedRevision, tip).catch(() => false);
}

async function hold(
  options: WantedOptions,
  environment: Environment,
  wanted: string,
  tip: string,
): Promise<Affected> {
  const { delivery, environment: name, branch } = environment.spec;
  const message =
    `branch ${branch} was rewritten: ${short(tip)} does not descend from ${short(wanted)}; what is deployed stays\n` +
    `  → if that is meant: pilotage sync ${delivery}/${name} --acknowledge`;
  const isFrozen = conditionOf(environment, 'Frozen') !== undefined;
  if (!isFrozen && conditionOf(environment, 'Held')?.message === message)
    return affected(environment, 'held', { changed: false, revision: tip });
  const now = options.clock.now();
  await changeStatus(options, nameOf(environment), (status) => ({
    ...status,
    // The branch is there: it is no longer what is missing.
    conditions: withCondition(
      withoutCondition(status.conditions, 'Frozen'),
      'Held',
      'True',
      now,
      'TipRewritten',
      message,
    ),
  }));
  publish(options, environment, 'held', message, { revision: tip });
  return affected(environment, 'held', { changed: true, revision: tip });
}

/** Lets a held environment go on when a person has acknowledged the tip that its branch has now. True when it does. */
export async function settleHold(
  options: Pick<WantedOptions, 'home' | 'clock'>,
  environment: Environment,
): Promise<boolean> {
  const { acknowledgedTip, delivery, branch } = environment.spec;
  if (acknowledgedTip === undefined) return false;
  const owner = await options.home.get(DELIVERIES, { namespace: PILOTAGE_NAMESPACE, name: delivery });
  if (owner.status?.branches?.[branch] !== acknowledgedTip) return false;
  await changeStatus(options, nameOf(environment), (status) => want(status, acknowledgedTip));
  return true;
}

export function publish(
  { progress, clock }: Pick<WantedOptions, 'progress' | 'clock'>,
  { spec }: Environment,
  stage: ProgressEvent['stage'],
  message: string,
  what: Pick<ProgressEvent, 'revision' | 'by'> = {},
): void {
  progress.publish({
    at: clock.now(),
    delivery: spec.delivery,
    environment: spec.environment,
    ...what,
    stage,
    message,
  });
}

/** What an observation made of an environment. */
export const affected = (
  { metadata, spec }: Environment,
  state: Affected['state'],
  how: Pick<Affected, 'changed' | 'revision' | 'untouched'>,
): Affected => ({
  name: metadata.name ?? '',
  environment: spec.environment,
  branch: spec.branch,
  namespace: spec.namespace,
  ...how,
  state,
});

const nameOf = (environment: Environment): string => environment.metadata.name ?? '';
const short = (revision: string): string => revision.slice(0, 12);
