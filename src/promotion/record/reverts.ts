import { rfc3339 } from '../../base/clock.ts';
import type { Commit } from '../../git/types.ts';
import { promotionObjectName } from '../../model/names.ts';
import type { Environment } from '../../model/types.ts';
import { formatCommit, HISTORY_LIMIT } from '../history/commits.ts';
import { type Rejection, recordedRejections, rejectionsIn } from '../history/rejection.ts';
import type { PromotionSources } from '../options.ts';
import { KEPT } from './collect.ts';
import { lookUpEnvironment, promotionOf, promotionsTo } from './lookup.ts';
import { ensurePromotion, recordStatus } from './promotion.ts';

/** The rejections on the branch of a target: read from its history, and from what was recorded of a history that is gone. */
export async function rejectionsOf(
  sources: PromotionSources,
  environment: Environment,
  target: readonly Commit[],
  source: readonly Commit[],
): Promise<readonly Rejection[]> {
  const recorded = recordedRejections(await promotionsTo(sources, environment));
  const all = [...rejectionsIn({ target, source }), ...recorded];
  return all.filter(
    ({ revision, commit }, at) =>
      at === all.findIndex((other) => other.revision === revision && other.commit === commit),
  );
}

/** What was reverted on the branch of an environment; empty where no promotion leads there, or nothing is there yet. */
async function revertsOn(options: PromotionSources, target: Environment): Promise<readonly Rejection[]> {
  const { delivery, branch } = target.spec;
  const policy = target.status?.promotionPolicy;
  const repository = await options.repository(delivery);
  const branches = await repository?.branches();
  const tip = branches?.[branch];
  if (!policy || !repository || tip === undefined) return [];
  const source = await lookUpEnvironment(options.home, delivery, policy.from);
  const from = source && (branches?.[source.spec.branch] ?? source.status?.wantedRevision);
  if (from === undefined) return [];
  const limit = HISTORY_LIMIT;
  const log = await repository.log(tip, { limit });
  return rejectionsOf(options, target, log, await repository.log(from, { limit, allParents: true }));
}

/** Records with each promotion that it was reverted: the record outlives the branch. Of the newest alone, for no more are kept. */
export async function recordReverts(options: PromotionSources, target: Environment): Promise<void> {
  const { delivery, environment: to } = target.spec;
  const from = target.status?.promotionPolicy?.from;
  const repository = await options.repository(delivery);
  if (!repository || from === undefined) return;
  for (const { revision, commit } of (await revertsOn(options, target)).slice(0, KEPT.Rejected)) {
    const known = await promotionOf(options.home, promotionObjectName(delivery, to, revision));
    if (known?.status?.rejectedBy === commit || (await repository.resolve(revision)) === undefined) continue;
    const { tree } = await repository.commit(revision);
    const promotion = await ensurePromotion(options.home, known, { delivery, from, to, revision, tree });
    const reverting = await repository.commit(commit);
    await recordStatus(options.home, promotion, {
      ...promotion.status,
      phase: 'Rejected',
      rejectedBy: commit,
      rejectedAt: rfc3339(reverting.committer.at),
      message: `Reverted by ${formatCommit(reverting)}.`,
    });
  }
}

/** What a person should know of a commit that reverts a promotion; undefined where it reverts none. */
export async function noteOfRevert(
  options: PromotionSources,
  target: Environment,
  commit: string,
): Promise<string | undefined> {
  const reverted = (await revertsOn(options, target)).filter((rejection) => rejection.commit === commit);
  if (reverted.length === 0) return undefined;
  const revisions = reverted.map(({ revision }) => revision.slice(0, 7)).join(', ');
  const { delivery, environment } = target.spec;
  return `${commit.slice(0, 7)} reverts ${revisions}, which is not promoted here again until somebody asks for it: pilotage promote ${delivery}/${environment} --again`;
}
