import type { Environment } from './types.ts';

/** Names of the objects of pilotage.dev, all in PILOTAGE_NAMESPACE: a delivery, its environment, and what happened there. */

export const environmentObjectName = (delivery: string, environment: string): string =>
  `${delivery}.${environment}`;

/** One per revision, by its whole name: two commits whose names begin alike can be made, and an approval is of one of them. */
export const promotionObjectName = (delivery: string, to: string, revision: string): string =>
  `${environmentObjectName(delivery, to)}.${revision}`;

/** `shop/prod`, as people name an environment. */
export const fullName = ({ spec }: Environment): string => `${spec.delivery}/${spec.environment}`;
