import { ProblemError, problemOf } from '../base/errors.ts';
import type { Again } from '../base/queue.ts';
import type { Index } from '../kube/client/cache.ts';
import { type Controller, createController, watch } from '../kube/client/controller.ts';
import { type Watched, watchAdvances } from '../model/advancedclient.ts';
import { environmentObjectName } from '../model/names.ts';
import { sourceObjects } from '../model/promotionsources.ts';
import { type Environment, PILOTAGE_NAMESPACE, type Promotion } from '../model/types.ts';
import type { User } from '../model/user.ts';
import { promote } from './act/promote.ts';
import { takeBack } from './act/revert.ts';
import type { PromoteOptions } from './options.ts';
import { createPromotionCache } from './record/cache.ts';
import { collect, collectable } from './record/collect.ts';
import { recordReverts } from './record/reverts.ts';
import { closeSuperseded } from './record/supersede.ts';

/** Promotes where the policy says so and nobody asks. */
const AUTOMATIC: User = { name: 'pilotage', groups: [], verified: true };

/** How soon a refused promotion is tried again where nothing has changed. */
const RECHECK_MS = 60_000;

/**
 * Promotes by itself where the policy says `auto: true`, whenever something that a gate looks at has changed,
 * marks pending promotions as superseded whose revision the source has left behind, and deletes old ones that nothing needs.
 */
export function createPromotionController(given: PromoteOptions & { readonly watched: Watched }): Controller {
  const { home, clock, logger } = given;
  const promotions = given.promotions ?? createPromotionCache(given);
  const options = { ...given, promotions };
  const { environments } = given.watched;
  const followers = environments.index(sourceObjects);
  /** The tip whose reverts were recorded last, by environment: a status changes far more often than a branch. */
  const recorded = new Map<string, string | undefined>();
  return createController({
    name: 'promotion',
    clock,
    logger,
    watches: [
      watch(environments, (changed) => targetsOf(changed, followers)),
      watchAdvances(given.watched, (source) => targetsOf(source, followers)),
      watch(promotions.informer, ({ spec }) => [environmentObjectName(spec.delivery, spec.to)]),
    ],
    async reconcile(key) {
      const target = environments.get({ namespace: PILOTAGE_NAMESPACE, name: key });
      await collect(home, collectable(promotions.to(key) ?? [], target));
      if (!target) return void recorded.delete(key);
      const tip = target.status?.wantedRevision;
      if (recorded.get(key) !== tip && (await hasRecordedReverts(options, target))) recorded.set(key, tip);
      const failing = await takeBack(options, target, promotions.to(key) ?? []);
      return sooner(failing, await advance(options, target, promotions.to(key) ?? []));
    },
  });
}

const sooner = (one: Again, other: Again): Again =>
  one && other ? { afterMs: Math.min(one.afterMs, other.afterMs) } : (one ?? other);

/** A history that cannot be read is tried again when something changes: promotions meanwhile depend on that history too. */
async function hasRecordedReverts(options: PromoteOptions, target: Environment): Promise<boolean> {
  try {
    await recordReverts(options, target);
    return true;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    options.logger.warn(
      { target: target.metadata.name, reason: problemOf(error).message },
      'cannot tell what its branch reverts',
    );
    return false;
  }
}

/** The environments whose promotion a change of this one may open: itself, and those that are promoted from it. */
export function targetsOf(changed: Environment, followers: Index<Environment>): readonly string[] {
  const name = nameOf(changed);
  return [name, ...followers(name).map(nameOf)];
}

const nameOf = ({ spec }: Environment): string => environmentObjectName(spec.delivery, spec.environment);

const isOpenAtForge = ({ status }: Promotion): boolean =>
  status?.pullRequest !== undefined &&
  !status.pullRequest.closed &&
  (status.phase === 'Pending' || status.phase === 'Refused');

async function advance(
  options: PromoteOptions,
  target: Environment,
  promotions: readonly Promotion[],
): Promise<Again> {
  const { delivery, environment } = target.spec;
  const policy = target.status?.promotionPolicy;
  if (!policy) return undefined;
  try {
    await closeSuperseded(options, target, promotions);
    const isProposed = promotions.some(isOpenAtForge);
    if (!policy.auto && policy.by !== 'pull-request' && !isProposed) return undefined;
    const report = await promote(options, delivery, environment, { dryRun: false, auto: true }, AUTOMATIC);
    // What becomes of a pull request is known to the forge alone.
    const askedAgain = report.pullRequest ? options.clock.now() + RECHECK_MS : undefined;
    const times = [askedAgain, report.retryAt && Date.parse(report.retryAt)].filter(
      (at) => typeof at === 'number',
    );
    if (times.length === 0) return undefined;
    return { afterMs: Math.max(1000, Math.min(...times) - options.clock.now()) };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    options.logger.info(
      { target: `${delivery}/${environment}`, reason: problemOf(error).message },
      'not promoted',
    );
    return { afterMs: RECHECK_MS };
  }
}
