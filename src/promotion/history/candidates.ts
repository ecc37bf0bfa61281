import type { Environment, EnvironmentStatus, Release } from '../../model/types.ts';

/** A revision that the source has left behind, and how the source stands for it: as it would if nothing had been pushed since. */
export interface Candidate {
  readonly revision: string;
  readonly status: EnvironmentStatus;
}

/**
 * What the source ran well before what it runs now, newest first. Its time goes on while later revisions, which contain it, run well too: so
 * pushes that come more often than a gate takes starve nothing. It ends with a revision that failed, a rollback or a pin, for then nobody
 * knows that the source went on being well with it. As far back as releases are kept (20).
 */
export function earlierCandidates(
  { spec, status }: Environment,
  releases: readonly Release[],
): readonly Candidate[] {
  if (!status || spec.pin || status.phase === 'Suspended') return [];
  if (status.phase === 'Failed' || status.health === 'Degraded') return [];
  const newestFirst = [...releases].sort((a, b) => b.spec.number - a.spec.number);
  const candidates: Candidate[] = [];
  for (const [at, release] of newestFirst.entries()) {
    const { revision, cause } = release.spec;
    const { result, finishedAt } = release.status ?? {};
    if (cause !== 'commit' || result === 'Failed') break;
    if (revision === status.deployedRevision || result !== 'Healthy' || finishedAt === undefined) continue;
    if (isTakenBack(newestFirst, at)) continue;
    candidates.push({ revision, status: standingOf(status, revision, finishedAt) });
  }
  return candidates;
}

/** A later release has the content of an earlier one: what came between was reverted in the source. */
function isTakenBack(newestFirst: readonly Release[], at: number): boolean {
  const earlier = new Set(newestFirst.slice(at + 1).map(({ spec }) => spec.tree));
  return newestFirst.slice(0, at).some(({ spec }) => earlier.has(spec.tree));
}

const standingOf = (
  status: EnvironmentStatus,
  revision: string,
  healthySince: string,
): EnvironmentStatus => ({
  ...status,
  wantedRevision: revision,
  deployedRevision: revision,
  sync: 'Synced',
  health: 'Healthy',
  phase: 'Idle',
  healthySince,
  message: '',
});
