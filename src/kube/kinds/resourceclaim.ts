import type { FieldError } from '../values/fielderrors.ts';
import type { JsonObject } from '../values/types.ts';
import { immutable } from './checks/checks.ts';
import { objectAt } from './checks/read.ts';
import { REQUEST_DEFAULTS, validateClaimSpec } from './devices/claimspec.ts';
import { validateClaimStatus } from './devices/claimstatus.ts';
import { RESOURCE_CLAIMS } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const RESOURCE_CLAIM: KindRow = {
  resource: RESOURCE_CLAIMS,
  applyOrder: 120,
  validate: validateClaim,
  defaults: REQUEST_DEFAULTS,
};

/** What is asked for stays, and is judged once (Kubernetes ValidateResourceClaim, ValidateResourceClaimUpdate). */
function validateClaim(claim: JsonObject, old?: JsonObject): readonly FieldError[] {
  const spec = objectAt(claim, 'spec');
  return old
    ? [...immutable('spec', spec, objectAt(old, 'spec')), ...validateClaimStatus(claim, old)]
    : validateClaimSpec(spec, 'spec');
}
