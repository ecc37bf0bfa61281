import type { Commit } from '../../git/types.ts';
import { promotionObjectName } from '../../model/names.ts';
import type { Environment } from '../../model/types.ts';
import { formatCommit } from '../decide/decide.ts';
import {
  type GatherOptions,
  HISTORY_LIMIT,
  lookUpEnvironment,
  promotionOf,
  rejectionsOf,
} from '../decide/facts.ts';
import type { Rejection } from '../history/rejection.ts';
import { ensurePromotion, recordStatus } from './promotion.ts';

type Options = Pick<GatherOptions, 'home' | 'repository'>;

/** What has been taken back on the branch of an environment; none where no promotion leads there, or nothing is there yet. */
async function takenBackOn(options: Options, target: Environment): Promise<readonly Rejection[]> {
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
  const log: readonly Commit[] = await repository.log(tip, { limit });
  return rejectionsOf(options.home, target, log, await repository.log(from, { limit, allParents: true }));
}

/** Writes down with each promotion that it was taken back: the record outlives the branch. */
export async function recordTakenBack(options: Options, target: Environment): Promise<void> {
  const { delivery, environment: to } = target.spec;
  const from = target.status?.promotionPolicy?.from;
  const repository = await options.repository(delivery);
  if (!repository || from === undefined) return;
  for (const { revision, commit } of await takenBackOn(options, target)) {
    const known = await promotionOf(options.home, promotionObjectName(delivery, to, revision));
    if (known?.status?.rejectedBy === commit || (await repository.resolve(revision)) === undefined) continue;
    const { tree } = await repository.commit(revision);
    const promotion = await ensurePromotion(options.home, known, { delivery, from, to, revision, tree });
    const message = `Taken back by ${formatCommit(await repository.commit(commit))}.`;
    await recordStatus(options.home, promotion, {
      ...promotion.status,
      phase: 'Rejected',
      rejectedBy: commit,
      message,
    });
  }
}

/** What is to be known of a revision that takes a promotion back. */
export async function noteOfRevert(
  options: Options,
  target: Environment,
  commit: string,
): Promise<string | undefined> {
  const taken = (await takenBackOn(options, target)).filter((rejection) => rejection.commit === commit);
  if (taken.length === 0) return undefined;
  const revisions = taken.map(({ revision }) => revision.slice(0, 7)).join(', ');
  const { delivery, environment } = target.spec;
  return `${commit.slice(0, 7)} takes ${revisions} back, which is not promoted here again before somebody asks for it: pilotage promote ${delivery}/${environment} --again`;
}
