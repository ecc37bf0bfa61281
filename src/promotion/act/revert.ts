import { rfc3339 } from '../../base/clock.ts';
import { ProblemError, problemOf } from '../../base/errors.ts';
import type { Again } from '../../base/queue.ts';
import { REVERTS, withTrailers } from '../../git/objects/trailers.ts';
import type { Commit, Oid, Repository } from '../../git/types.ts';
import { PILOTAGE_FILE } from '../../model/pilotagefile.ts';
import type { Environment, Promotion, Release } from '../../model/types.ts';
import { isGated } from '../gates/policy.ts';
import type { PromoteOptions } from '../options.ts';
import { releasesOf } from '../record/lookup.ts';
import { recordStatus } from '../record/promotion.ts';
import { assess } from './failure.ts';

/** Who takes back what failed. */
const BY = 'pilotage';

type Standing = NonNullable<NonNullable<Promotion['status']>['before']>;

/** What ran before, and ran well. */
interface Good {
  readonly commit: Commit;
  readonly release: Release | undefined;
}

/** A promotion that failed where it went, its merge on the branch, and what to go back to. */
export interface Failed {
  readonly target: Environment;
  readonly promotion: Promotion;
  readonly cause: string;
  readonly tip: Commit;
  readonly good: Good;
  /** Why it is taken back, as its message says; absent: the policy says so. */
  readonly why?: string;
  /** Who has it taken back; absent: Pilotage. */
  readonly by?: string;
}

/**
 * `onFailure: revert`: takes back what Pilotage promoted last where that has failed, by a commit on the branch of the target; where that
 * branch cannot be written, or the commit would have to wait for gates, by holding the target at what ran before.
 */
export async function takeBack(
  options: PromoteOptions,
  target: Environment,
  promotions: readonly Promotion[],
): Promise<Again> {
  if (options.suspensionOf?.(target)) return undefined;
  const now = options.clock.now();
  const found = assess(target, promotions, now);
  if (found.type === 'nothing') return undefined;
  if (found.type === 'failing') return { afterMs: Math.max(1000, found.until - now) };
  const { promotion, cause } = found;
  const repository = await options.repository(target.spec.delivery);
  const merge = promotion.status?.mergeCommit;
  if (!repository || merge === undefined) return undefined;
  const good = await goodBefore(options, repository, target, promotion, promotions);
  if (!good) return record(options, promotion, 'none', cause, NOTHING_GOOD);
  const failed = { target, promotion, cause, good, tip: await repository.commit(merge) };
  const refusal =
    (await heldByGates(repository, failed)) ??
    (await pushRevert(options, repository, failed).then(() => undefined, reasonOf));
  if (refusal === undefined) return undefined;
  return holdInstead(options, failed, refusal);
}

const NOTHING_GOOD = 'It failed, and nothing that ran well before it is known to go back to.';

/** A push that the repository refuses; whatever else goes wrong is tried again. */
function reasonOf(error: unknown): string {
  if (error instanceof ProblemError && REFUSED.has(error.problem.reason)) return problemOf(error).message;
  throw error;
}

const REFUSED: ReadonlySet<string> = new Set(['PushRefused', 'AuthenticationFailed']);

/**
 * The nearest state of the branch before a promotion that is known to have run well. Only merges of ours are gone back over: what a person
 * pushed is never taken back by itself.
 */
async function goodBefore(
  options: PromoteOptions,
  repository: Repository,
  target: Environment,
  promotion: Promotion,
  promotions: readonly Promotion[],
): Promise<Good | undefined> {
  const releases = await releasesOf(options, target);
  let at: Promotion | undefined = promotion;
  const seen = new Set<Oid>();
  while (at?.status?.before) {
    const { revision, health }: Standing = at.status.before;
    if (seen.has(revision) || (await repository.resolve(revision)) === undefined) return undefined;
    seen.add(revision);
    const commit = await repository.commit(revision);
    const release = releases.find(
      ({ spec, status }) => spec.tree === commit.tree && status?.result === 'Healthy',
    );
    if (release || health === 'Healthy') return { commit, release };
    at = promotions.find(({ status }) => status?.mergeCommit === revision);
  }
  return undefined;
}

/** A return to an older pilotage.yaml could bring back older gates, so that a revert of it waits for those in force, whoever makes it. */
async function heldByGates(
  repository: Repository,
  { target, tip, good }: Failed,
): Promise<string | undefined> {
  const policy = target.status?.promotionPolicy;
  if (!policy || !isGated(policy)) return undefined;
  const [now, before] = await Promise.all(
    [tip, good.commit].map(({ oid }) => repository.oidAt(oid, PILOTAGE_FILE)),
  );
  return now === before
    ? undefined
    : `${PILOTAGE_FILE} was another one before, so that a revert has to pass the gates of ${target.spec.environment}.`;
}

/** The revert that the branch has moved to; undefined where somebody else pushed, which is a later word than the promotion. */
export async function pushRevert(
  options: PromoteOptions,
  repository: Repository,
  failed: Failed,
): Promise<Oid | undefined> {
  const { target, promotion, cause, tip, good, by = BY } = failed;
  const { delivery, branch } = target.spec;
  const oid = await repository.commitTree({
    tree: good.commit.tree,
    parents: [tip.oid],
    message: messageOf(failed),
    author: { ...options.author, at: options.clock.now() },
  });
  const failure = { at: rfc3339(options.clock.now()), cause, answer: 'revert' } as const;
  // Recorded before the push, as a promotion is; the phase follows once the branch has moved.
  const intent = await recordStatus(options.home, promotion, {
    ...statusOf(promotion),
    revertCommit: oid,
    failure,
  });
  try {
    const outcome = await options.publish({ delivery, branch, oid, expected: tip.oid, by });
    if (outcome === 'rejected') {
      await recordStatus(options.home, intent, statusOf(promotion));
      return undefined;
    }
  } catch (error) {
    await recordStatus(options.home, intent, statusOf(promotion));
    throw error;
  }
  await recordStatus(options.home, intent, {
    ...statusOf(intent),
    phase: 'Rejected',
    rejectedBy: oid,
    rejectedAt: failure.at,
    message: `It failed, and ${oid.slice(0, 7)} took it back: ${firstLine(cause)}`,
  });
  options.logger.warn(
    { delivery, to: promotion.spec.to, revision: promotion.spec.revision, oid },
    'reverted',
  );
  return oid;
}

async function holdInstead(options: PromoteOptions, failed: Failed, why: string): Promise<undefined> {
  const { target, promotion, cause, tip, good } = failed;
  const { delivery, environment, branch } = target.spec;
  const { revision } = promotion.spec;
  const revert = `git revert ${tip.parents.length > 1 ? '-m 1 ' : ''}${tip.oid.slice(0, 10)}`;
  await options.hold(target, {
    revision: good.commit.oid,
    reason: `${revision.slice(0, 7)} failed: ${firstLine(cause)}; a person has to take it back on ${branch} (${revert}), then: pilotage pin ${delivery}/${environment} --off`,
    by: BY,
    ...(good.release ? { release: good.release.spec.number } : {}),
  });
  const held = `It failed, and ${environment} is held at ${good.commit.oid.slice(0, 7)}, because ${branch} could not be reverted: ${why}`;
  return record(options, promotion, 'pin', cause, held);
}

async function record(
  { home, clock, logger }: PromoteOptions,
  promotion: Promotion,
  answer: 'pin' | 'none',
  cause: string,
  message: string,
): Promise<undefined> {
  const failure = { at: rfc3339(clock.now()), cause, answer };
  await recordStatus(home, promotion, { ...statusOf(promotion), message, failure });
  logger.warn({ promotion: promotion.metadata.name, cause: firstLine(cause) }, message);
}

const statusOf = ({ status }: Promotion): NonNullable<Promotion['status']> => status ?? { phase: 'Merged' };

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';

/** The cause is indented, so that no line of a log is taken for a trailer. */
function messageOf({ target, promotion, cause, tip, good, why }: Failed): string {
  const { from, to, revision } = promotion.spec;
  return withTrailers(
    [
      `Revert "${firstLine(tip.message)}"`,
      '',
      why ?? `It failed in ${to}, which had been told to go back then (onFailure: revert):`,
      '',
      ...cause.split('\n').map((line) => `    ${line}`),
      '',
      `This takes ${target.spec.branch} back from ${tip.oid} to the content of ${good.commit.oid}.`,
    ].join('\n'),
    [{ token: REVERTS, value: `${from}@${revision}` }],
  );
}
