import type { FieldError } from '../values/fielderrors.ts';
import type { JsonObject } from '../values/types.ts';
import { objectAt } from './checks/read.ts';
import { validateTemplate } from './podspec/template.ts';
import { POD_TEMPLATES } from './resources.data.ts';
import { APPLIED_WITH_OTHERS, type KindRow } from './row.ts';

export const POD_TEMPLATE: KindRow = {
  resource: POD_TEMPLATES,
  applyOrder: APPLIED_WITH_OTHERS,
  validate: validatePodTemplate,
};

function validatePodTemplate(template: JsonObject): readonly FieldError[] {
  return validateTemplate(objectAt(template, 'template'), 'template');
}
