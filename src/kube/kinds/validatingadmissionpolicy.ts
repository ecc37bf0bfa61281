import { duplicate, type FieldError, invalid, required } from '../values/fielderrors.ts';
import { dns1035Label, dns1123Subdomain, qualifiedName } from '../values/names.ts';
import type { JsonObject } from '../values/types.ts';
import { policyExpressions, policyScope } from './admission/policyexpressions.ts';
import { FAILURE_POLICIES, matchConditions, matchResources } from './checks/admission.ts';
import { named, none, oneOf } from './checks/checks.ts';
import { isEmptyList, objectAt, objectsAt, textAt } from './checks/read.ts';
import { VALIDATING_ADMISSION_POLICIES } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const VALIDATING_ADMISSION_POLICY: KindRow = {
  resource: VALIDATING_ADMISSION_POLICIES,
  applyOrder: 320,
  validate: validatePolicy,
  defaults: {
    'admissionregistration.v1.ValidatingAdmissionPolicySpec': { members: { failurePolicy: 'Fail' } },
    // Of ValidatingAdmissionPolicyBinding, too: the types are shared.
    'admissionregistration.v1.MatchResources': {
      members: { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} },
    },
    'admissionregistration.v1.NamedRuleWithOperations': { members: { scope: '*' } },
  },
};

const MOST_ANNOTATIONS = 20;
const LONGEST_ANNOTATION_EXPRESSION = 5 * 1024;
const NOTHING_TO_DO = 'validations or auditAnnotations must contain at least one item';

/** Kubernetes `pkg/apis/admissionregistration/validation` (validateValidatingAdmissionPolicySpec). */
function validatePolicy(policy: JsonObject): readonly FieldError[] {
  const spec = objectAt(policy, 'spec');
  const constraints = objectAt(spec, 'matchConstraints');
  const isIdle = isEmptyList(spec.validations) && isEmptyList(spec.auditAnnotations);
  return [
    ...oneOf(spec, 'failurePolicy', 'spec', FAILURE_POLICIES),
    ...(spec.paramKind === undefined ? none : validateParamKind(objectAt(spec, 'paramKind'))),
    ...(spec.matchConstraints === undefined ? [required('spec.matchConstraints')] : none),
    ...matchResources(constraints, 'spec.matchConstraints'),
    ...(spec.matchConstraints !== undefined && isEmptyList(constraints.resourceRules)
      ? [required('spec.matchConstraints.resourceRules')]
      : none),
    ...matchConditions(spec, 'spec.matchConditions', policyScope(spec)),
    ...objectsAt(spec, 'variables').flatMap((one, i) => validateVariable(one, `spec.variables[${i}]`)),
    ...(isIdle
      ? ['validations', 'auditAnnotations'].map((key) => required(`spec.${key}`, NOTHING_TO_DO))
      : none),
    ...objectsAt(spec, 'validations').flatMap((one, i) => validateValidation(one, `spec.validations[${i}]`)),
    ...validateAnnotations(policy, spec),
    ...policyExpressions(spec),
  ];
}

function validateParamKind(paramKind: JsonObject): readonly FieldError[] {
  const at = 'spec.paramKind';
  const apiVersion = textAt(paramKind, 'apiVersion');
  const kind = textAt(paramKind, 'kind');
  const badKind = dns1035Label(kind.toLowerCase());
  return [
    ...(apiVersion === ''
      ? [required(`${at}.apiVersion`)]
      : validateGroupVersion(apiVersion, `${at}.apiVersion`)),
    ...(kind === '' ? [required(`${at}.kind`)] : none),
    ...(kind !== '' && badKind
      ? [invalid(`${at}.kind`, kind, `may have mixed case, but should otherwise match: ${badKind}`)]
      : none),
  ];
}

function validateGroupVersion(apiVersion: string, at: string): readonly FieldError[] {
  const parts = apiVersion.split('/');
  if (parts.length > 2) return [invalid(at, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)];
  const [version = '', group = ''] = parts.toReversed();
  return [
    ...(group === '' ? none : named(at, group, dns1123Subdomain)),
    ...(version === ''
      ? [invalid(at, apiVersion, 'version must be specified')]
      : named(at, version, dns1035Label)),
  ];
}

const IDENTIFIER = /^[_a-zA-Z][_a-zA-Z0-9]*$/;
const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

function validateVariable(variable: JsonObject, at: string): readonly FieldError[] {
  const name = textAt(variable, 'name');
  const isIdentifier = IDENTIFIER.test(name) && !RESERVED.has(name);
  return [
    ...(name.trim() === '' ? [required(`${at}.name`, 'name is not specified')] : none),
    ...(name.trim() !== '' && !isIdentifier
      ? [invalid(`${at}.name`, name, 'must be a valid CEL identifier')]
      : none),
    ...(textAt(variable, 'expression').trim() === ''
      ? [required(`${at}.expression`, 'expression is not specified')]
      : none),
  ];
}

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];

function validateValidation(validation: JsonObject, at: string): readonly FieldError[] {
  const { message, messageExpression } = validation;
  const isBlank = (text: unknown) => typeof text === 'string' && text !== '' && text.trim() === '';
  const blank = 'must be non-empty if specified';
  return [
    ...(textAt(validation, 'expression').trim() === ''
      ? [required(`${at}.expression`, 'expression is not specified')]
      : none),
    ...(isBlank(messageExpression) ? [invalid(`${at}.messageExpression`, messageExpression, blank)] : none),
    ...(isBlank(message) ? [invalid(`${at}.message`, message, blank)] : none),
    ...(/[\n\r]/.test(textAt(validation, 'message').trim())
      ? [invalid(`${at}.message`, message, 'must not contain line breaks')]
      : none),
    ...oneOf(validation, 'reason', at, REASONS),
  ];
}

function validateAnnotations(policy: JsonObject, spec: JsonObject): readonly FieldError[] {
  const name = textAt(objectAt(policy, 'metadata'), 'name');
  const annotations = objectsAt(spec, 'auditAnnotations');
  const keys = annotations.map((annotation) => textAt(annotation, 'key'));
  const path = 'spec.auditAnnotations';
  return [
    ...(annotations.length > MOST_ANNOTATIONS
      ? [invalid(path, annotations, `must not have more than ${MOST_ANNOTATIONS} auditAnnotations`)]
      : none),
    ...annotations.flatMap((annotation, i) => [
      ...named(`${path}[${i}].key`, `${name}/${keys[i] ?? ''}`, qualifiedName),
      ...validateValueExpression(
        textAt(annotation, 'valueExpression').trim(),
        `${path}[${i}].valueExpression`,
      ),
      ...(keys.indexOf(keys[i] ?? '') < i ? [duplicate(`${path}[${i}].key`, keys[i])] : none),
    ]),
  ];
}

function validateValueExpression(expression: string, at: string): readonly FieldError[] {
  if (expression === '') return [required(at, 'valueExpression is not specified')];
  return expression.length > LONGEST_ANNOTATION_EXPRESSION
    ? [required(at, `must not exceed ${LONGEST_ANNOTATION_EXPRESSION} bytes in length`)]
    : none;
}
