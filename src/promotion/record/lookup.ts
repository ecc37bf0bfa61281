import { ProblemError } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { LABELS } from '../../model/annotations.ts';
import { environmentObjectName } from '../../model/names.ts';
import {
  ENVIRONMENTS,
  type Environment,
  PILOTAGE_NAMESPACE,
  PROMOTIONS,
  type Promotion,
  RELEASES,
  type Release,
} from '../../model/types.ts';
import type { PromotionSources } from '../options.ts';

export const lookUpEnvironment = (
  home: KubeClient,
  delivery: string,
  environment: string,
): Promise<Environment | undefined> =>
  home
    .get(ENVIRONMENTS, {
      namespace: PILOTAGE_NAMESPACE,
      name: environmentObjectName(delivery, environment),
    })
    .catch(notFoundAsUndefined);

/** @throws ProblemError NotFound */
export async function environmentOf(
  home: KubeClient,
  delivery: string,
  environment: string,
): Promise<Environment> {
  const found = await lookUpEnvironment(home, delivery, environment);
  if (found) return found;
  throw new ProblemError({
    reason: 'NotFound',
    message: `There is no environment ${delivery}/${environment}.`,
    remedy:
      '`pilotage status` lists the environments that exist; they are defined by pilotage.yaml on the default branch.',
  });
}

/**
 * The promotions to an environment, of whatever revision. What has just been written may be missing: ask for a single one by
 * `promotionOf`, which reads from the cluster.
 */
export async function promotionsTo(
  { home, promotions }: PromotionSources,
  { spec }: Environment,
): Promise<readonly Promotion[]> {
  const known = promotions?.to(environmentObjectName(spec.delivery, spec.environment));
  if (known) return known;
  const { items } = await home.list(PROMOTIONS, { namespace: PILOTAGE_NAMESPACE });
  return items.filter((one) => one.spec.delivery === spec.delivery && one.spec.to === spec.environment);
}

/** What has been released to an environment, of the releases that are kept. */
export async function releasesOf(
  { home, releases }: PromotionSources,
  { spec }: Environment,
): Promise<readonly Release[]> {
  if (releases) return releases(spec);
  const labelSelector = `${LABELS.delivery}=${spec.delivery},${LABELS.environment}=${spec.environment}`;
  return (await home.list(RELEASES, { namespace: PILOTAGE_NAMESPACE, labelSelector })).items;
}

export const promotionOf = (home: KubeClient, name: string): Promise<Promotion | undefined> =>
  home.get(PROMOTIONS, { namespace: PILOTAGE_NAMESPACE, name }).catch(notFoundAsUndefined);
