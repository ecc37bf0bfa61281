import type { ResourceQuota } from '../../../kube/kinds/objects.data.ts';
import { RESOURCE_QUOTA } from '../../../kube/kinds/resourcequota.ts';
import { AGE, column, NAME } from './columns.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';
import { STATUS } from './subresource.ts';

export const SERVED_RESOURCE_QUOTA: ServedRow = {
  kind: RESOURCE_QUOTA,
  strategy: { ...PLAIN, status: true },
  columns: [
    NAME,
    column<ResourceQuota>('Request', (quota) => usage(quota, (name) => !isLimit(name))),
    column<ResourceQuota>('Limit', (quota) => usage(quota, isLimit)),
    AGE,
  ],
  subresources: [STATUS],
};

const isLimit = (resource: string): boolean => resource.startsWith('limits.');

/** `cpu: 500m/1, pods: 3/10`: what is used of what the controller has taken over from the specification. */
function usage({ status }: ResourceQuota, isShown: (resource: string) => boolean): string {
  const { hard = {}, used = {} } = status ?? {};
  return Object.keys(hard)
    .filter(isShown)
    .sort()
    .map((resource) => `${resource}: ${used[resource] ?? 0}/${hard[resource]}`)
    .join(', ');
}
