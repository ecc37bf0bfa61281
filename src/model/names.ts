import type { Environment } from './types.ts';

/** Names of the objects of pilotage.dev, all in PILOTAGE_NAMESPACE: a delivery, its environment, and what happened there. */

export const environmentObjectName = (delivery: string, environment: string): string =>
  `${delivery}.${environment}`;

/** The delivery of an Environment object, by its name: neither part of that has a dot. */
export const deliveryOf = (objectName: string): string => objectName.split('.', 1)[0] ?? '';

/** One per revision, by its whole name: two commits whose names begin alike can be made, and an approval is of one of them. */
export const promotionObjectName = (delivery: string, to: string, revision: string): string =>
  `${environmentObjectName(delivery, to)}.${revision}`;

/** `shop/prod`, as people name an environment. */
export const fullName = ({ spec }: Environment): string => `${spec.delivery}/${spec.environment}`;
