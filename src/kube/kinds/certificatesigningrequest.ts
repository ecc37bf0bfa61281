import { CERTIFICATE_SIGNING_REQUESTS } from './resources.data.ts';
import { APPLIED_WITH_OTHERS, type KindRow, noRules } from './row.ts';
import { plainFields } from './selectable.ts';

export const CERTIFICATE_SIGNING_REQUEST: KindRow = {
  resource: CERTIFICATE_SIGNING_REQUESTS,
  applyOrder: APPLIED_WITH_OTHERS,
  validate: noRules,
  selectable: plainFields('spec.signerName'),
};
