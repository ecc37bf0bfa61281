import type { GrantReport } from '../../model/identityfaces.ts';

/** `developer of shop/dev`, `viewer of everything`. */
export function describeGrant({ role, deliveries, environments, message }: GrantReport): string {
  const names = (deliveries ?? ['*']).flatMap((delivery) =>
    environments ? environments.map((environment) => `${delivery}/${environment}`) : [delivery],
  );
  const where = deliveries || environments ? names.join(', ') : 'everything';
  return `${role} of ${where}${message ? ` (${message})` : ''}`;
}
