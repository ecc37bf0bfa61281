import type { PreviewPolicy } from '../../../model/deliveryfile.ts';
import {
  expiryOf,
  isMeantBy,
  OWN_BRANCHES,
  previewHost,
  previewName,
  previewNamespace,
  sleepOf,
  slugOf,
} from '../../../model/previews.ts';
import type { Environment, PreviewRecord, PreviewTerms } from '../../../model/types.ts';

/** What is known when it is decided which previews there are to be. Times in milliseconds. */
export interface PreviewFacts {
  readonly delivery: string;
  readonly now: number;
  /** In force; absent: the default branch has none; 'unknown': it cannot be read, so nothing is made and nothing changed. */
  readonly policy: PreviewPolicy | 'unknown' | undefined;
  /** How many an administrator lets the delivery have; 0: none, and those that there are end. */
  readonly most: number;
  readonly branches: Readonly<Record<string, string>>;
  /** A list that lacks the default branch is no list to conclude from, nor is one that its remote has not confirmed. */
  readonly isListed: boolean;
  /** So long a branch has to be missing; 0 where the repository is our own. */
  readonly confirmMs: number;
  /** Previews that there are, those that are being deleted included. */
  readonly previews: readonly Environment[];
  /** Names and branches of all other environments. */
  readonly others: readonly { readonly name: string; readonly branch: string }[];
  /** Where they are rendered from: folder and cluster of the environment `policy.from`. */
  readonly place: { readonly path: string; readonly cluster?: string } | undefined;
  /** Branches whose tip has nothing of its own: it stands in the branch of `policy.from` or in the default branch. */
  readonly merged: ReadonlySet<string>;
  /** Branches of open pull requests that may have one; undefined: not asked for, or not known. */
  readonly requested?: ReadonlySet<string>;
  readonly record: PreviewRecord | undefined;
}

export type EndReason = 'Closed' | 'BranchGone' | 'Merged' | 'Expired' | 'Forbidden' | 'Deleted';

export interface Making {
  readonly branch: string;
  readonly revision: string;
  readonly name: string;
  readonly namespace: string;
  readonly path: string;
  readonly cluster?: string;
  readonly preview: PreviewTerms;
}

export interface PreviewDecision {
  readonly make: readonly Making[];
  /** Written where it differs from what the object says. */
  readonly keep: readonly {
    readonly environment: Environment;
    readonly revision: string | undefined;
    readonly preview: PreviewTerms;
  }[];
  readonly end: readonly { readonly environment: Environment; readonly reason: EndReason }[];
  readonly record: PreviewRecord;
}

type Ended = PreviewRecord['ended'][number];

/** Which previews are made, go on, sleep and end, and who waits for a place: first come, first served. Pure. */
export function decidePreviews(facts: PreviewFacts): PreviewDecision {
  const { branches, previews, now } = facts;
  const living = previews.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const fates = living.map((environment) => ({ environment, reason: endOf(facts, environment) }));
  const end = fates.flatMap(({ environment, reason }) => (reason ? [{ environment, reason }] : []));
  const keep = fates
    .filter(({ reason }) => reason === undefined)
    .map(({ environment }) => ({
      environment,
      revision: branches[environment.spec.branch],
      preview: renewed(facts, environment),
    }));
  const ended = endedAfter(facts, end);
  if (facts.policy === 'unknown' || facts.policy === undefined || facts.most === 0) {
    const message = silenceOf(facts);
    return { make: [], keep, end, record: { queue: [], ended, ...(message ? { message } : {}), max: 0 } };
  }
  const max = Math.min(facts.policy.max, facts.most);
  const waiting = inLine(facts, facts.policy, ended);
  const free = Math.max(0, max - previews.length);
  // Without the environment that they are rendered as, there is nothing to make.
  const make = facts.place ? madeOf(facts, facts.policy, waiting.slice(0, free)) : [];
  const queue = waiting.slice(make.length).map(({ branch, revision, since }) => ({
    ...{ branch, revision },
    since: since ?? stamp(now),
  }));
  const message = facts.place ? undefined : `there is no environment ${facts.policy.from} to make them of`;
  const { pullRequests } = facts.policy;
  const said = { ...(message ? { message } : {}), ...(pullRequests ? { pullRequests } : {}) };
  return { make, keep, end, record: { queue, ended, ...said, max } };
}

function silenceOf({ policy, most, previews }: PreviewFacts): string | undefined {
  if (policy === 'unknown') return 'pilotage.yaml of the default branch cannot be read: none is made';
  if (policy !== undefined && most === 0) return 'an administrator allows this delivery none';
  return previews.length > 0
    ? 'the default branch asks for none any more: those that there are end with their time'
    : undefined;
}

/** Why a preview ends now; undefined: it goes on. */
function endOf(facts: PreviewFacts, { spec, status }: Environment): EndReason | undefined {
  const { preview, branch } = spec;
  if (preview === undefined) return undefined;
  const tip = facts.branches[branch];
  const { isListed, confirmMs, now } = facts;
  if (facts.most === 0) return 'Forbidden';
  if (facts.record?.ended.some((one) => one.branch === branch && one.revision === tip)) return 'Deleted';
  if (tip === undefined) {
    const since = preview.missingSince === undefined ? now : Date.parse(preview.missingSince);
    if (isListed && now - since >= confirmMs) return 'BranchGone';
  }
  if (isListed && facts.merged.has(branch)) return 'Merged';
  if (isClosed(facts, branch)) return 'Closed';
  // A tip that it has not seen yet gives it its time back.
  const isMoved = tip !== undefined && tip !== status?.wantedRevision;
  return expiryOf(preview) <= now && !isMoved ? 'Expired' : undefined;
}

/** It was made for a pull request, and its forge lists that no more. */
const isClosed = ({ policy, requested }: PreviewFacts, branch: string): boolean =>
  policy !== 'unknown' &&
  policy?.pullRequests === true &&
  requested !== undefined &&
  !requested.has(branch) &&
  !isMeantBy(policy.branches, branch);

/** The terms of a preview that goes on: as the policy has them now, awake where its branch has moved. */
function renewed(facts: PreviewFacts, { spec, status }: Environment): PreviewTerms {
  const { now, policy, branches } = facts;
  const before = spec.preview as PreviewTerms;
  const tip = branches[spec.branch];
  const isPushed = tip !== undefined && tip !== status?.wantedRevision;
  const { missingSince, ...known } = before;
  const { slug, activeAt, usedAt, keepUntil, asleep: sleeping } = known;
  const own = {
    slug,
    activeAt,
    usedAt,
    ...(keepUntil ? { keepUntil } : {}),
    ...(sleeping ? { asleep: sleeping } : {}),
  };
  const isRuled = policy !== 'unknown' && policy !== undefined;
  const ruled: PreviewTerms = isRuled ? { ...own, ...ruledBy(policy, slug) } : known;
  const { asleep: _before, ...awake } = ruled;
  const active: PreviewTerms = isPushed ? { ...awake, activeAt: stamp(now), usedAt: stamp(now) } : ruled;
  const isIdle = (sleepOf(active) ?? Number.POSITIVE_INFINITY) <= now;
  const gone = tip === undefined ? { missingSince: missingSince ?? stamp(now) } : {};
  return { ...active, ...(isIdle ? { asleep: { since: stamp(now), by: 'idle' } } : {}), ...gone };
}

/** What a policy decides of a preview. */
function ruledBy(
  { from, host, values, secrets, quota, ttl, idle }: PreviewPolicy,
  slug: string,
): Omit<PreviewTerms, 'slug' | 'activeAt' | 'usedAt'> {
  return {
    base: from,
    ...(host === undefined ? {} : { host: previewHost(host, slug) }),
    ...(values === undefined ? {} : { values }),
    secrets,
    quota,
    ttlSeconds: Math.ceil(ttl / 1000),
    ...(idle === undefined ? {} : { idleSeconds: Math.ceil(idle / 1000) }),
  };
}

interface Waiting {
  readonly branch: string;
  readonly revision: string;
  /** Absent: it has come now. */
  readonly since?: string;
}

/** Branches that are to have a preview and have none, those that waited first. */
function inLine(facts: PreviewFacts, policy: PreviewPolicy, ended: readonly Ended[]): readonly Waiting[] {
  const { branches, previews, others, merged, record, requested } = facts;
  const taken = new Set([...previews.map(({ spec }) => spec.branch), ...others.map(({ branch }) => branch)]);
  const isOver = (branch: string, tip: string) =>
    ended.some((one) => one.branch === branch && one.revision === tip);
  const since = new Map(record?.queue.map((one) => [one.branch, one.since]));
  const isMeant = (branch: string) =>
    isMeantBy(policy.branches, branch) ||
    (policy.pullRequests && !branch.startsWith(OWN_BRANCHES) && (requested?.has(branch) ?? false));
  return Object.entries(branches)
    .filter(
      ([branch, tip]) => isMeant(branch) && !taken.has(branch) && !merged.has(branch) && !isOver(branch, tip),
    )
    .map(([branch, revision]) => {
      const known = since.get(branch);
      return { branch, revision, ...(known ? { since: known } : {}) };
    })
    .sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

/** Those that have come now stand behind all that waited. */
const order = ({ since, branch }: Waiting): string => `${since ?? '~'} ${branch}`;

function madeOf(facts: PreviewFacts, policy: PreviewPolicy, next: readonly Waiting[]): readonly Making[] {
  const { delivery, now, previews, others, place } = facts;
  const names = new Set([...previews.map(({ spec }) => spec.environment), ...others.map(({ name }) => name)]);
  return next.map(({ branch, revision }) => {
    const slug = slugOf(delivery, branch, (one) => names.has(previewName(one)));
    names.add(previewName(slug));
    return {
      ...{ branch, revision, name: previewName(slug) },
      namespace: previewNamespace(delivery, slug, branch),
      path: place?.path ?? '',
      ...(place?.cluster ? { cluster: place.cluster } : {}),
      preview: { slug, ...ruledBy(policy, slug), activeAt: stamp(now), usedAt: stamp(now) },
    };
  });
}

/** Those that end now are remembered as long as their branch stands where it stood. */
function endedAfter(
  { record, branches, isListed, now }: PreviewFacts,
  end: PreviewDecision['end'],
): readonly Ended[] {
  const still = (record?.ended ?? []).filter(
    ({ branch, revision }) => !isListed || branches[branch] === revision,
  );
  const known = new Set(still.map(({ branch }) => branch));
  const added = end.flatMap(({ environment, reason }) => {
    const { branch } = environment.spec;
    const revision = branches[branch];
    // What is gone, merged or not allowed says so by itself.
    const isRemembered = revision !== undefined && (reason === 'Expired' || reason === 'Deleted');
    return isRemembered && !known.has(branch) ? [{ branch, revision, reason, at: stamp(now) }] : [];
  });
  return [...still, ...added];
}

const stamp = (ms: number): string =>
  new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000', '');
