import type { FieldError } from '../values/fielderrors.ts';
import type { JsonObject } from '../values/types.ts';
import { annotations, immutable, labels } from './checks/checks.ts';
import { objectAt } from './checks/read.ts';
import { validateClaimSpec } from './devices/claimspec.ts';
import { RESOURCE_CLAIM_TEMPLATES } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const RESOURCE_CLAIM_TEMPLATE: KindRow = {
  resource: RESOURCE_CLAIM_TEMPLATES,
  applyOrder: 120,
  validate: validateClaimTemplate,
};

/** Kubernetes `pkg/apis/resource/validation/validation.go`, ValidateResourceClaimTemplate. */
function validateClaimTemplate(template: JsonObject, old?: JsonObject): readonly FieldError[] {
  const spec = objectAt(template, 'spec');
  if (old) return immutable('spec', spec, objectAt(old, 'spec'));
  const metadata = objectAt(spec, 'metadata');
  return [
    ...labels(objectAt(metadata, 'labels'), 'spec.metadata.labels'),
    ...annotations(objectAt(metadata, 'annotations'), 'spec.metadata.annotations'),
    ...validateClaimSpec(objectAt(spec, 'spec'), 'spec.spec'),
  ];
}
