import type { ValidatingAdmissionPolicyBinding } from '../../../kube/kinds/objects.data.ts';
import { VALIDATING_ADMISSION_POLICY_BINDING } from '../../../kube/kinds/validatingadmissionpolicybinding.ts';
import { formatSelector, selectorOf } from '../../../kube/values/selectors.ts';
import { AGE, column, NAME } from './columns.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';

export const SERVED_VALIDATING_ADMISSION_POLICY_BINDING: ServedRow = {
  kind: VALIDATING_ADMISSION_POLICY_BINDING,
  strategy: { ...PLAIN, generation: true },
  columns: [
    NAME,
    column<ValidatingAdmissionPolicyBinding>('PolicyName', ({ spec }) => spec?.policyName ?? ''),
    column<ValidatingAdmissionPolicyBinding>('ParamRef', parameters),
    AGE,
  ],
  subresources: [],
};

/** Whether a parameter without a namespace is cluster-scoped cannot be seen here. */
function parameters({ spec }: ValidatingAdmissionPolicyBinding): string {
  const { name, namespace, selector } = spec?.paramRef ?? {};
  if (name) return `${namespace || '*'}/${name}`;
  return selector ? formatSelector(selectorOf(selector) ?? []) : '<unset>';
}
