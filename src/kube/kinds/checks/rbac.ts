import { deepEqual } from '../../values/equal.ts';
import { type FieldError, invalid, notSupported, required } from '../../values/fielderrors.ts';
import { dns1123Subdomain, type NameCheck } from '../../values/names.ts';
import type { JsonObject } from '../../values/types.ts';
import type { Validate } from '../row.ts';
import { labelSelector, named, none } from './checks.ts';
import { isEmptyList, objectAt, objectsAt, textAt } from './read.ts';

/** Rules of the four kinds of rbac.authorization.k8s.io (Kubernetes `pkg/apis/rbac/validation/validation.go`). */

/** The group of the four kinds, and of the users and groups that a binding names. */
export const RBAC_GROUP = 'rbac.authorization.k8s.io';

/** RBAC names are path segments and nothing more. */
export const pathSegment: NameCheck = (name) => {
  if (name === '.' || name === '..') return `may not be '${name}'`;
  const bad = ['/', '%'].find((character) => name.includes(character));
  return bad && `may not contain '${bad}'`;
};

export const validateRole: Validate = (role) => policyRules(role, true);

export const validateClusterRole: Validate = (role) => [
  ...policyRules(role, false),
  ...(role.aggregationRule === undefined ? none : aggregation(objectAt(role, 'aggregationRule'))),
];

const policyRules = (role: JsonObject, isNamespaced: boolean): readonly FieldError[] =>
  objectsAt(role, 'rules').flatMap((rule, i) => policyRule(rule, isNamespaced, `rules[${i}]`));

function policyRule(rule: JsonObject, isNamespaced: boolean, path: string): readonly FieldError[] {
  const verbs = isEmptyList(rule.verbs)
    ? [required(`${path}.verbs`, 'verbs must contain at least one value')]
    : none;
  return [
    ...verbs,
    ...(isEmptyList(rule.nonResourceURLs) ? resources(rule, path) : urls(rule, isNamespaced, path)),
  ];
}

function urls(rule: JsonObject, isNamespaced: boolean, path: string): readonly FieldError[] {
  const refused = (why: string) => invalid(`${path}.nonResourceURLs`, rule.nonResourceURLs, why);
  const isMixed = ['apiGroups', 'resources', 'resourceNames'].some((field) => !isEmptyList(rule[field]));
  return [
    ...(isNamespaced ? [refused('namespaced rules cannot apply to non-resource URLs')] : none),
    ...(isMixed ? [refused('rules cannot apply to both regular resources and non-resource URLs')] : none),
  ];
}

const resources = (rule: JsonObject, path: string): readonly FieldError[] => [
  ...(isEmptyList(rule.apiGroups)
    ? [required(`${path}.apiGroups`, 'resource rules must supply at least one api group')]
    : none),
  ...(isEmptyList(rule.resources)
    ? [required(`${path}.resources`, 'resource rules must supply at least one resource')]
    : none),
];

function aggregation(rule: JsonObject): readonly FieldError[] {
  const path = 'aggregationRule.clusterRoleSelectors';
  if (isEmptyList(rule.clusterRoleSelectors)) {
    return [required(path, 'at least one clusterRoleSelector required if aggregationRule is non-nil')];
  }
  return objectsAt(rule, 'clusterRoleSelectors').flatMap((selector, i) =>
    labelSelector(selector, `${path}[${i}]`),
  );
}

export const validateRoleBinding: Validate = (binding, old) =>
  validateBinding(binding, old, ['Role', 'ClusterRole']);

export const validateClusterRoleBinding: Validate = (binding, old) =>
  validateBinding(binding, old, ['ClusterRole']);

function validateBinding(
  binding: JsonObject,
  old: JsonObject | undefined,
  kinds: readonly string[],
): readonly FieldError[] {
  const roleRef = objectAt(binding, 'roleRef');
  const isChanged = old !== undefined && !deepEqual(roleRef, objectAt(old, 'roleRef'));
  return [
    ...onlyOf(roleRef, 'apiGroup', 'roleRef', [RBAC_GROUP]),
    ...onlyOf(roleRef, 'kind', 'roleRef', kinds),
    ...(textAt(roleRef, 'name') === ''
      ? [required('roleRef.name')]
      : named('roleRef.name', textAt(roleRef, 'name'), pathSegment)),
    ...objectsAt(binding, 'subjects').flatMap((one, i) =>
      subject(one, kinds.includes('Role'), `subjects[${i}]`),
    ),
    ...(isChanged ? [invalid('roleRef', roleRef, 'cannot change roleRef')] : none),
  ];
}

function subject(self: JsonObject, isNamespaced: boolean, path: string): readonly FieldError[] {
  const [kind, name] = [textAt(self, 'kind'), textAt(self, 'name')];
  const unnamed = name === '' ? [required(`${path}.name`)] : none;
  switch (kind) {
    case 'ServiceAccount':
      return [
        ...unnamed,
        ...(name === '' ? none : named(`${path}.name`, name, dns1123Subdomain)),
        ...onlyOf(self, 'apiGroup', path, ['']),
        ...(isNamespaced || textAt(self, 'namespace') !== '' ? none : [required(`${path}.namespace`)]),
      ];
    case 'User':
    case 'Group':
      return [...unnamed, ...onlyOf(self, 'apiGroup', path, [RBAC_GROUP])];
    default:
      return [...unnamed, notSupported(`${path}.kind`, kind, ['ServiceAccount', 'User', 'Group'])];
  }
}

/** Unlike `oneOf`, an empty value is none of them. */
function onlyOf(
  self: JsonObject,
  key: string,
  path: string,
  supported: readonly string[],
): readonly FieldError[] {
  const value = textAt(self, key);
  return supported.includes(value) ? none : [notSupported(`${path}.${key}`, value, supported)];
}
