import { type FieldError, invalid } from '../../values/fielderrors.ts';
import { qualifiedName } from '../../values/names.ts';
import type { Json } from '../../values/types.ts';
import { none } from './checks.ts';
import { isWhole, notNegative } from './quantities.ts';

/** What amounts are counted of: Kubernetes `pkg/apis/core/helper/helpers.go` and `validation.go`, validateResourceName. */

const CONTAINER_RESOURCES = ['cpu', 'memory', 'ephemeral-storage'];
const COUNTED = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
];
const QUOTA_RESOURCES: ReadonlySet<string> = new Set([
  ...CONTAINER_RESOURCES,
  ...CONTAINER_RESOURCES.flatMap((name) => [`requests.${name}`, `limits.${name}`]),
  'requests.storage',
  ...COUNTED,
]);

const isHugePages = (name: string): boolean => /^(requests\.)?hugepages-/.test(name);

export const isQuotaResource = (name: string): boolean => QUOTA_RESOURCES.has(name) || isHugePages(name);

/** Without a domain, or with that of Kubernetes. */
const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');

const isExtended = (name: string): boolean =>
  !isNative(name) && !name.startsWith('requests.') && qualifiedName(`requests.${name}`) === undefined;

/** More of it may be promised than there is: it can be asked for and limited by different amounts. */
export const mayBeOvercommitted = (name: string): boolean => isNative(name) && !name.startsWith('hugepages-');

/** Also the name of a resource that only claims and quotas count (`storage`). */
export function resourceName(name: string, field: string): readonly FieldError[] {
  const problem = qualifiedName(name);
  if (problem) return [invalid(field, name, problem)];
  const isKnown = name.includes('/') || name === 'storage' || isQuotaResource(name);
  return isKnown ? none : [invalid(field, name, 'must be a standard resource type or fully qualified')];
}

export function containerResourceName(name: string, field: string): readonly FieldError[] {
  const errors = resourceName(name, field);
  if (!name.includes('/')) {
    return CONTAINER_RESOURCES.includes(name) || name.startsWith('hugepages-')
      ? errors
      : [...errors, invalid(field, name, 'must be a standard resource for containers')];
  }
  return isNative(name) || isExtended(name)
    ? errors
    : [...errors, invalid(field, name, "doesn't follow extended resource name standard")];
}

export function quotaResourceName(name: string, field: string): readonly FieldError[] {
  const errors = resourceName(name, field);
  return name.includes('/') || isQuotaResource(name)
    ? errors
    : [...errors, invalid(field, name, 'must be a standard resource for quota')];
}

/** Things that are counted come in whole numbers. */
export const resourceAmount = (name: string, amount: Json, field: string): readonly FieldError[] => [
  ...notNegative(field, amount),
  ...((COUNTED.includes(name) || isExtended(name)) && !isWhole(amount)
    ? [invalid(field, amount, 'must be an integer')]
    : none),
];
