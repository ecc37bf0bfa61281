import type { FieldError } from '../../values/fielderrors.ts';
import { dns1123Subdomain } from '../../values/names.ts';
import type { JsonObject } from '../../values/types.ts';
import { named, none, requiredName } from './checks.ts';
import { pathSegment } from './rbac.ts';
import { textAt } from './read.ts';

/** A reference by group, kind and name (Kubernetes `pkg/apis/networking/validation`, validateIngressTypedLocalObjectReference). */
export const typedReference = (reference: JsonObject, at: string): readonly FieldError[] => [
  ...(typeof reference.apiGroup === 'string'
    ? named(`${at}.apiGroup`, reference.apiGroup, dns1123Subdomain)
    : none),
  ...requiredName(`${at}.kind`, textAt(reference, 'kind'), pathSegment),
  ...requiredName(`${at}.name`, textAt(reference, 'name'), pathSegment),
];
