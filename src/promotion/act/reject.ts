import { rfc3339 } from '../../base/clock.ts';
import { type Problem, ProblemError } from '../../base/errors.ts';
import { promotionObjectName } from '../../model/names.ts';
import type { User } from '../../model/user.ts';
import { gatherFacts } from '../decide/facts.ts';
import { formatCommit } from '../history/commits.ts';
import type { PromoteOptions } from '../options.ts';
import { environmentOf, promotionOf, promotionsTo } from '../record/lookup.ts';
import { ensurePromotion, recordRejection } from '../record/promotion.ts';

export interface RejectRequest {
  /** A commit or the beginning of its id; absent: what the source runs. With `off`: all that were rejected. */
  readonly revision?: string;
  readonly reason: string;
  /** Takes the word back. */
  readonly off?: boolean;
}

/** A person's word that a revision is not promoted to a target: it holds for people and for `auto`, until it is taken back. */
export async function reject(
  options: PromoteOptions,
  delivery: string,
  to: string,
  request: RejectRequest,
  { name: by }: User,
): Promise<{ readonly message: string }> {
  const name = `${delivery}/${to}`;
  if (request.off) return takeWordBack(options, delivery, to, request.revision);
  if (request.reason.trim() === '') throw new ProblemError(noReason(name));
  const gathered = await gatherFacts({ ...options, rehearse: async () => [] }, delivery, to);
  const { repository, target, source, base } = gathered;
  const oid =
    request.revision === undefined ? gathered.revision.oid : await repository.resolve(request.revision);
  if (oid === undefined) throw new ProblemError(unknownRevision(name, request.revision ?? ''));
  const commit = await repository.commit(oid);
  if (commit.tree === target.status?.deployedTree) throw new ProblemError(alreadyThere(name, oid));
  const known = await promotionOf(options.home, promotionObjectName(delivery, to, oid));
  const promotion = await ensurePromotion(options.home, known, {
    ...{ delivery, from: source.spec.environment, to },
    ...{ revision: oid, tree: commit.tree },
  });
  const word = { by, at: rfc3339(options.clock.now()), reason: request.reason.trim() };
  await recordRejection(options.home, promotion, { ...word, ...(base === null ? {} : { base }) });
  options.logger.info({ delivery, to, revision: oid, by }, 'rejected');
  return {
    message: `${formatCommit(commit)} is not promoted to ${name}, nor is a later revision that still has all of it.\n  next: pilotage reject ${name} --off takes that back`,
  };
}

async function takeWordBack(
  options: PromoteOptions,
  delivery: string,
  to: string,
  revision: string | undefined,
): Promise<{ readonly message: string }> {
  const target = await environmentOf(options.home, delivery, to);
  const isMeant = (oid: string): boolean => revision === undefined || oid.startsWith(revision.toLowerCase());
  const rejected = (await promotionsTo(options, target)).filter(
    ({ spec }) => spec.rejected !== undefined && isMeant(spec.revision),
  );
  if (rejected.length === 0) throw new ProblemError(nothingRejected(`${delivery}/${to}`));
  for (const promotion of rejected) await recordRejection(options.home, promotion, null);
  const which = rejected.map(({ spec }) => spec.revision.slice(0, 7)).join(', ');
  return { message: `Nothing of ${delivery}/${to} is rejected any more of what was: ${which}.` };
}

const noReason = (name: string): Problem => ({
  reason: 'ReasonMissing',
  message: 'Whoever finds it rejected has to know why.',
  remedy: `pilotage reject ${name} --reason WHY`,
});

const unknownRevision = (name: string, revision: string): Problem => ({
  reason: 'NotFound',
  message: `${revision} is no commit of the repository, or the beginning of several.`,
  remedy: `pilotage promote ${name} --dry-run shows what would come next`,
});

const alreadyThere = (name: string, oid: string): Problem => ({
  reason: 'AlreadyDeployed',
  message: `${oid.slice(0, 7)} is what ${name} runs; rejecting it would change nothing there.`,
  remedy: `Take it back: git revert on its branch, or pilotage rollback ${name}`,
});

const nothingRejected = (name: string): Problem => ({
  reason: 'NotFound',
  message: `Nobody has rejected that for ${name}.`,
  remedy: `pilotage why ${name}`,
});
