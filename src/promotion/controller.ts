import { ProblemError, problemOf } from '../base/errors.ts';
import type { Again } from '../base/queue.ts';
import { type Controller, createController, watch } from '../kube/controller.ts';
import { createInformer, type Informer } from '../kube/informer.ts';
import { environmentObjectName } from '../model/names.ts';
import {
  ENVIRONMENTS,
  type Environment,
  PILOTAGE_NAMESPACE,
  PROMOTIONS,
  type Promotion,
} from '../model/types.ts';
import { environmentOf } from './gather.ts';
import { type PromoteOptions, promote } from './promote.ts';
import { recordStatus } from './record.ts';

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
  return createController({
    name: 'promotion',
    clock,
    logger,
    watches: [
      watch(environments, (changed) => targetsOf(changed, environments.list())),
      watch(promotions, ({ spec }) => [environmentObjectName(spec.delivery, spec.to)]),
    ],
    reconcile: (key) => advance(options, key, environments, promotions),
  });
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
  key: string,
  environments: Informer<Environment>,
  promotions: Informer<Promotion>,
): Promise<Again> {
  const target = environments.get({ namespace: PILOTAGE_NAMESPACE, name: key });
  if (!target) return undefined;
  const { delivery, environment } = target.spec;
  const policy = target.status?.promotionPolicy;
  if (!policy) return undefined;
  try {
    const open = promotions
      .list()
      .filter(({ spec, status }) => spec.delivery === delivery && spec.to === environment && isOpen(status));
    if (open.length > 0) await supersede(options, open, delivery, policy.from);
    if (!policy.auto) return undefined;
    const report = await promote(options, delivery, environment, { dryRun: false, by: 'pilotage' });
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

const isOpen = (status: Promotion['status']): boolean =>
  status?.phase === 'Pending' || status?.phase === 'Refused';

/** Only the revision that the source has now may still advance: approvals of another would approve what nobody ships. */
async function supersede(
  { home }: PromoteOptions,
  open: readonly Promotion[],
  delivery: string,
  from: string,
): Promise<void> {
  const { status } = await environmentOf(home, delivery, from);
  const current = status?.deployedRevision ?? status?.wantedRevision;
  if (current === undefined) return;
  for (const promotion of open.filter(({ spec }) => spec.revision !== current)) {
    const message = `Overtaken by ${current.slice(0, 7)}.`;
    await recordStatus(home, promotion, { ...promotion.status, phase: 'Superseded', message });
  }
}
