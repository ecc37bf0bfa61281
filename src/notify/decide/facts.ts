import { isPublic } from '../../model/publicurl.ts';
import { isSuspended } from '../../model/suspension.ts';
import type { Environment, Promotion, Release } from '../../model/types.ts';
import { oneLine } from '../message.ts';

/** What an environment is like now, as far as somebody may be told of it. */
export interface Facts {
  readonly trouble?: { readonly kind: 'failed' | 'degraded'; readonly text: string };
  /** What is wanted is deployed, be it well or not. */
  readonly isAt: boolean;
  /** All that is wanted is deployed and well. */
  readonly isWell: boolean;
  readonly waiting?: { readonly key: string; readonly text: string; readonly remedy: string };
  /** The newest promotion to it that was merged. */
  readonly promoted?: { readonly at: string; readonly from: string; readonly revision: string };
  /** What was changed by hand, by object; `at` tells repeats apart. */
  readonly drift: readonly { readonly object: string; readonly at: string; readonly text: string }[];
  /** A preview that answers, and where. */
  readonly preview?: { readonly branch: string; readonly revision: string };
  /** The one that is wanted: what the branch says, or a pin in its place. */
  readonly revision?: string;
  readonly subject?: string;
  readonly author?: string;
  readonly url?: string;
}

export interface Observed {
  readonly environment: Environment;
  /** The release that its status names, where that is kept. */
  readonly release: Release | undefined;
  /** Those to this environment. */
  readonly promotions: readonly Promotion[];
}

/** Pure. */
export function factsOf({ environment, release, promotions }: Observed): Facts {
  const { spec, status } = environment;
  const { conditions = [] } = status ?? {};
  const revision = spec.pin?.revision ?? status?.wantedRevision;
  const on = (type: string) => conditions.find((one) => one.type === type && one.status === 'True');
  const isAt = revision !== undefined && status?.deployedRevision === revision;
  const isWell = isAt && status?.health === 'Healthy' && status.sync === 'Synced' && status.phase === 'Idle';
  const trouble = troubleOf(environment, on('Frozen')?.message);
  const waiting = waitingOf(environment, promotions, on('Held'));
  const promoted = lastMerged(promotions);
  const ofCommit = release?.spec.revision === revision ? release?.spec : undefined;
  const url = status?.urls?.find(isPublic);
  return {
    ...(trouble ? { trouble } : {}),
    isAt,
    isWell,
    ...(waiting ? { waiting } : {}),
    ...(promoted ? { promoted } : {}),
    drift: driftOf(environment.status, release, isAt),
    ...(spec.preview && isWell && revision ? { preview: { branch: spec.branch, revision } } : {}),
    ...(revision ? { revision } : {}),
    ...(ofCommit?.subject ? { subject: oneLine(ofCommit.subject, 100) } : {}),
    ...(ofCommit?.author ? { author: oneLine(ofCommit.author.replace(/\s*<[^>]*>/, ''), 60) } : {}),
    ...(url ? { url } : {}),
  };
}

/** None while it is suspended: whoever suspended it knows that nobody looks after it. */
function troubleOf(environment: Environment, frozen: string | undefined): Facts['trouble'] {
  const { spec, status } = environment;
  if (status === undefined || spec.suspended || isSuspended(environment)) return undefined;
  const { phase, health, message = '' } = status;
  if (phase === 'Failed' || phase === 'Frozen' || frozen !== undefined)
    return { kind: 'failed', text: oneLine(frozen || message) };
  return health === 'Degraded' ? { kind: 'degraded', text: oneLine(message) } : undefined;
}

function waitingOf(
  environment: Environment,
  promotions: readonly Promotion[],
  held: { readonly reason?: string | undefined; readonly message?: string | undefined } | undefined,
): Facts['waiting'] {
  const { delivery, environment: short } = environment.spec;
  const name = `${delivery}/${short}`;
  if (held)
    return {
      key: `held ${environment.status?.wantedRevision} ${held.reason}`,
      text: oneLine(held.message || 'waits for a person'),
      remedy: `pilotage why ${name}`,
    };
  const open = newest(promotions.filter(({ status }) => status?.phase === 'Pending'));
  // A gate that opens by itself asks nobody for anything.
  const closed = open?.status?.gates?.filter(({ state, until }) => state !== 'Passed' && until === undefined);
  const [gate] = closed ?? [];
  if (!open || !gate) return undefined;
  const isApproval = closed?.every((one) => one.gate === 'approvals');
  return {
    key: `gates ${open.spec.revision}`,
    text: oneLine(`${open.spec.revision.slice(0, 7)} from ${open.spec.from}: ${gate.gate}: ${gate.reason}`),
    remedy: `pilotage ${isApproval ? 'approve' : 'why'} ${name}`,
  };
}

const newest = (promotions: readonly Promotion[]): Promotion | undefined =>
  promotions.reduce<Promotion | undefined>(
    (best, one) =>
      (one.metadata.creationTimestamp ?? '') >= (best?.metadata.creationTimestamp ?? '') ? one : best,
    undefined,
  );

function lastMerged(promotions: readonly Promotion[]): Facts['promoted'] {
  let last: Facts['promoted'];
  for (const { spec, status } of promotions) {
    const at = status?.phase === 'Merged' ? status.mergedAt : undefined;
    if (at === undefined || spec.from === spec.to || (last && last.at >= at)) continue;
    last = { at, from: spec.from, revision: spec.revision };
  }
  return last;
}

/** Values are left out: what somebody typed into a field may be a password. */
function driftOf(status: Environment['status'], release: Release | undefined, isAt: boolean): Facts['drift'] {
  const healed = (release?.status?.healed ?? []).map(({ at, object, by, origin }) => ({
    object,
    at,
    text: oneLine(`${object} was changed by ${by} and set back${origin ? `; git says it in ${origin}` : ''}`),
  }));
  const isOff = isAt && status?.phase === 'Idle' && status.sync === 'OutOfSync';
  if (!isOff) return healed;
  const text = 'the cluster differs from git, and drift is only reported here';
  return [...healed, { object: '', at: status.deployedRevision ?? '', text }];
}
