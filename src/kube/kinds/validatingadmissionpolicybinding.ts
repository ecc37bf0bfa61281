import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  required,
} from '../values/fielderrors.ts';
import { dns1123Subdomain } from '../values/names.ts';
import type { JsonObject } from '../values/types.ts';
import { matchResources } from './checks/admission.ts';
import { labelSelector, named, none, oneOf, requiredName } from './checks/checks.ts';
import { pathSegment } from './checks/rbac.ts';
import { listAt, objectAt, textAt } from './checks/read.ts';
import { VALIDATING_ADMISSION_POLICY_BINDINGS } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const VALIDATING_ADMISSION_POLICY_BINDING: KindRow = {
  resource: VALIDATING_ADMISSION_POLICY_BINDINGS,
  applyOrder: 330,
  validate: validateBinding,
};

/** Kubernetes `pkg/apis/admissionregistration/validation` (validateValidatingAdmissionPolicyBindingSpec). */
function validateBinding(binding: JsonObject): readonly FieldError[] {
  const spec = objectAt(binding, 'spec');
  return [
    ...requiredName('spec.policyName', textAt(spec, 'policyName'), dns1123Subdomain),
    ...(spec.paramRef === undefined ? none : validateParamRef(objectAt(spec, 'paramRef'), 'spec.paramRef')),
    ...matchResources(objectAt(spec, 'matchResources'), 'spec.matchResources'),
    ...validateActions(listAt(spec, 'validationActions').map(String), 'spec.validationActions'),
  ];
}

const EXCLUSIVE = 'name and selector are mutually exclusive';

function validateParamRef(reference: JsonObject, at: string): readonly FieldError[] {
  const name = textAt(reference, 'name');
  const { selector } = reference;
  const hasBoth = name !== '' && selector !== undefined;
  return [
    ...(name === '' ? none : named(`${at}.name`, name, pathSegment)),
    ...(hasBoth ? [forbidden(`${at}.name`, EXCLUSIVE)] : none),
    ...labelSelector(objectAt(reference, 'selector'), `${at}.selector`),
    ...(hasBoth ? [forbidden(`${at}.selector`, EXCLUSIVE)] : none),
    ...(name === '' && selector === undefined
      ? [required(at, 'one of name or selector must be specified')]
      : none),
    ...(textAt(reference, 'parameterNotFoundAction') === ''
      ? [required(`${at}.parameterNotFoundAction`)]
      : oneOf(reference, 'parameterNotFoundAction', at, ['Deny', 'Allow'])),
  ];
}

const ACTIONS = ['Audit', 'Deny', 'Warn'];

function validateActions(actions: readonly string[], at: string): readonly FieldError[] {
  return [
    ...actions.flatMap((action, i) => [
      ...(ACTIONS.includes(action) ? none : [notSupported(`${at}[${i}]`, action, ACTIONS)]),
      ...(actions.indexOf(action) < i ? [duplicate(`${at}[${i}]`, action)] : none),
    ]),
    ...(actions.includes('Deny') && actions.includes('Warn')
      ? [
          invalid(
            at,
            actions,
            'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
          ),
        ]
      : none),
    ...(actions.length === 0 ? [required(at, 'at least one validation action is required')] : none),
  ];
}
