import { duplicate, type FieldError, invalid, notFound, required } from '../../values/fielderrors.ts';
import { dns1123Label, dns1123Subdomain } from '../../values/names.ts';
import type { JsonObject } from '../../values/types.ts';
import { duplicates, named, none, requiredName } from '../checks/checks.ts';
import { objectAt, objectsAt, textAt } from '../checks/read.ts';

const SOURCES = ['resourceClaimName', 'resourceClaimTemplateName'];

/** What a pod claims, and which of its containers use it (Kubernetes validatePodResourceClaims, validateResourceClaimNames). */
export function validateClaims(spec: JsonObject, path: string): readonly FieldError[] {
  const claims = objectsAt(spec, 'resourceClaims');
  const names = new Set(claims.map((claim) => textAt(claim, 'name')).filter(Boolean));
  return [
    ...claims.flatMap((claim, i) => podClaim(claim, `${path}.resourceClaims[${i}]`)),
    ...duplicates(claims, 'name', `${path}.resourceClaims`),
    ...['containers', 'initContainers'].flatMap((key) =>
      objectsAt(spec, key).flatMap((container, i) =>
        used(objectAt(container, 'resources'), `${path}.${key}[${i}].resources.claims`, names),
      ),
    ),
  ];
}

function podClaim(claim: JsonObject, at: string): readonly FieldError[] {
  const set = SOURCES.filter((key) => claim[key] !== undefined);
  const listed = '`resourceClaimName` or `resourceClaimTemplateName`';
  return [
    ...requiredName(`${at}.name`, textAt(claim, 'name'), dns1123Label),
    ...(set.length > 1 ? [invalid(at, claim, `at most one of ${listed} may be specified`)] : none),
    ...(set.length === 0
      ? [invalid(at, claim, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`')]
      : none),
    ...set.flatMap((key) => named(`${at}.${key}`, textAt(claim, key), dns1123Subdomain)),
  ];
}

/** A whole claim, or one request of it, once. */
function used(resources: JsonObject, at: string, names: ReadonlySet<string>): readonly FieldError[] {
  const uses = objectsAt(resources, 'claims').map(
    (one) => [textAt(one, 'name'), textAt(one, 'request')] as const,
  );
  return uses.flatMap(([name, request], i): readonly FieldError[] => {
    const field = `${at}[${i}]`;
    if (name === '') return [required(field)];
    const isKnown = uses
      .slice(0, i)
      .some(([other, its]) => other === name && (its === request || its === '' || request === ''));
    return [
      ...(request === '' ? none : named(`${field}.request`, request, dns1123Label)),
      ...(isKnown ? [duplicate(field, request === '' ? name : `${name}/${request}`)] : none),
      ...(names.has(name) ? none : [unknown(field, name, names)]),
    ];
  });
}

function unknown(field: string, name: string, names: ReadonlySet<string>): FieldError {
  const known = names.size === 0 ? ' which is empty' : `: ${[...names].sort().join(', ')}`;
  const error = notFound(field, name);
  return {
    ...error,
    message: `${error.message}: must be one of the names in pod.spec.resourceClaims${known}`,
  };
}
