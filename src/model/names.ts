/** Names of the objects of pilotage.dev, all in PILOTAGE_NAMESPACE: a delivery, its environment, and what happened there. */

export const environmentObjectName = (delivery: string, environment: string): string =>
  `${delivery}.${environment}`;

/** One per revision: asking twice for the same promotion is asking once. */
export const promotionObjectName = (delivery: string, to: string, revision: string): string =>
  `${environmentObjectName(delivery, to)}.${revision.slice(0, 12)}`;
