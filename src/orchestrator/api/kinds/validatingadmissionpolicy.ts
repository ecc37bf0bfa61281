import type { ValidatingAdmissionPolicy } from '../../../kube/kinds/objects.data.ts';
import { VALIDATING_ADMISSION_POLICY } from '../../../kube/kinds/validatingadmissionpolicy.ts';
import { AGE, column, count, NAME } from './columns.ts';
import type { ServedRow } from './servedrow.ts';
import { STATUS } from './subresource.ts';
import { WORKLOAD } from './workload.ts';

export const SERVED_VALIDATING_ADMISSION_POLICY: ServedRow = {
  kind: VALIDATING_ADMISSION_POLICY,
  strategy: WORKLOAD,
  columns: [
    NAME,
    count<ValidatingAdmissionPolicy>('Validations', ({ spec }) => (spec?.validations ?? []).length),
    column<ValidatingAdmissionPolicy>('ParamKind', ({ spec }) =>
      spec?.paramKind ? `${spec.paramKind.apiVersion}/${spec.paramKind.kind}` : '<unset>',
    ),
    AGE,
  ],
  subresources: [STATUS],
};
