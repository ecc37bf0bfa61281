import { ProblemError, problemOf } from '../base/errors.ts';
import type { Again } from '../base/queue.ts';
import { type Controller, createController, watch } from '../kube/client/controller.ts';
import { createInformer, type Informer } from '../kube/client/informer.ts';
import { environmentObjectName } from '../model/names.ts';
import {
  ENVIRONMENTS,
  type Environment,
  PILOTAGE_NAMESPACE,
  PROMOTIONS,
  type Promotion,
} from '../model/types.ts';
import { type PromoteOptions, promote } from './act/promote.ts';
import { recordTakenBack } from './record/revert.ts';
import { closeOvertaken } from './record/supersede.ts';

/** Refusals that only a person's push, approval or word can end: looked at again when something changes, not by the clock. */
const RECHECK_MS = 60_000;

/**
 * Promotes by itself where the policy says `auto: true`, whenever something that a gate looks at has changed,
 * and marks pending promotions as superseded whose revision the source has left behind.
 */
export function createPromotionController(options: PromoteOptions): Controller {
  const { home, clock, logger } = options;
  const inNamespace = { client: home, namespace: PILOTAGE_NAMESPACE, clock, logger };
  const environments = createInformer<Environment>({ ...inNamespace, resource: ENVIRONMENTS });
  const promotions = createInformer<Promotion>({ ...inNamespace, resource: PROMOTIONS });
  /** The tip that was last looked at for what it takes back, by environment: a status changes far more often than a branch. */
  const looked = new Map<string, string | undefined>();
  return createController({
    name: 'promotion',
    clock,
    logger,
    watches: [
      watch(environments, (changed) => targetsOf(changed, environments.list())),
      watch(promotions, ({ spec }) => [environmentObjectName(spec.delivery, spec.to)]),
    ],
    async reconcile(key) {
      const target = environments.get({ namespace: PILOTAGE_NAMESPACE, name: key });
      if (!target) return void looked.delete(key);
      const tip = target.status?.wantedRevision;
      if (looked.get(key) !== tip && (await isNoted(options, target))) looked.set(key, tip);
      return advance(options, target, promotions);
    },
  });
}

/** A history that cannot be read is read again when something changes: what is promoted meanwhile is judged by that history too. */
async function isNoted(options: PromoteOptions, target: Environment): Promise<boolean> {
  try {
    await recordTakenBack(options, target);
    return true;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    options.logger.warn(
      { target: target.metadata.name, reason: problemOf(error).message },
      'not looked at for what it takes back',
    );
    return false;
  }
}

/** The environments whose promotion a change of this one may open: itself, and those that are promoted from it. */
export function targetsOf(changed: Environment, all: readonly Environment[]): readonly string[] {
  const followers = all.filter(
    ({ spec, status }) =>
      spec.delivery === changed.spec.delivery && status?.promotionPolicy?.from === changed.spec.environment,
  );
  return [changed, ...followers].map(({ spec }) => environmentObjectName(spec.delivery, spec.environment));
}

async function advance(
  options: PromoteOptions,
  target: Environment,
  promotions: Informer<Promotion>,
): Promise<Again> {
  const { delivery, environment } = target.spec;
  const policy = target.status?.promotionPolicy;
  if (!policy) return undefined;
  try {
    await closeOvertaken(options, target, promotions.list());
    if (!policy.auto) return undefined;
    const report = await promote(options, delivery, environment, {
      dryRun: false,
      by: 'pilotage',
      auto: true,
    });
    const until = report.gates.flatMap((gate) => (gate.until ? [Date.parse(gate.until)] : []));
    if (report.outcome !== 'Waiting' || until.length === 0) return undefined;
    return { afterMs: Math.max(1000, Math.max(...until) - options.clock.now()) };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    options.logger.info(
      { target: `${delivery}/${environment}`, reason: problemOf(error).message },
      'not promoted',
    );
    return { afterMs: RECHECK_MS };
  }
}
