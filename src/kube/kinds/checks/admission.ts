import {
  duplicate,
  type FieldError,
  invalid,
  notSupported,
  required,
  tooMany,
} from '../../values/fielderrors.ts';
import { dns1123Subdomain, qualifiedName } from '../../values/names.ts';
import type { JsonObject } from '../../values/types.ts';
import { compileExpression, type ExpressionScope } from '../admission/expressions.ts';
import { labelSelector, named, none, oneOf, requiredName } from './checks.ts';
import { pathSegment } from './rbac.ts';
import { listAt, objectAt, objectsAt, textAt } from './read.ts';

/** What webhooks and policies of admissionregistration.k8s.io share (Kubernetes `pkg/apis/admissionregistration/validation`). */

export const FAILURE_POLICIES = ['Fail', 'Ignore'];
export const MATCH_POLICIES = ['Equivalent', 'Exact'];

const SCOPES = ['*', 'Cluster', 'Namespaced'];
const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];

/** RuleWithOperations. */
export function ruleWithOperations(rule: JsonObject, at: string): readonly FieldError[] {
  return [
    ...listed(rule, 'operations', 'operations', at),
    ...listAt(rule, 'operations').flatMap((operation, i) =>
      OPERATIONS.includes(String(operation))
        ? none
        : [notSupported(`${at}.operations[${i}]`, operation, OPERATIONS)],
    ),
    ...listed(rule, 'apiGroups', 'API groups', at),
    ...listed(rule, 'apiVersions', 'API versions', at),
    ...listAt(rule, 'apiVersions').flatMap((version, i) =>
      version === '' ? [required(`${at}.apiVersions[${i}]`)] : none,
    ),
    ...validateResources(listAt(rule, 'resources').map(String), `${at}.resources`),
    ...oneOf(rule, 'scope', at, SCOPES),
  ];
}

/** Not empty, and `*` only alone. */
function listed(rule: JsonObject, key: string, what: string, at: string): readonly FieldError[] {
  const items = listAt(rule, key);
  if (items.length === 0) return [required(`${at}.${key}`)];
  return items.length > 1 && items.includes('*')
    ? [invalid(`${at}.${key}`, items, `if '*' is present, must not specify other ${what}`)]
    : none;
}

// `pods`, `pods/log`, `*`, `pods/*`, `*/scale`: nothing that another entry covers.
function validateResources(resources: readonly string[], at: string): readonly FieldError[] {
  if (resources.length === 0) return [required(at)];
  const allOf = new Set<string>();
  const everywhere = new Set<string>();
  const errors = resources.flatMap((resource, i): readonly FieldError[] => {
    if (resource === '') return [required(`${at}[${i}]`)];
    const slash = resource.indexOf('/');
    if (slash < 0) return none;
    const [name, sub] = [resource.slice(0, slash), resource.slice(slash + 1)];
    const covered = [
      ...(allOf.has(name) ? [`if '${name}/*' is present, must not specify ${resource}`] : []),
      ...(everywhere.has(sub) ? [`if '*/${sub}' is present, must not specify ${resource}`] : []),
    ];
    if (sub === '*') allOf.add(name);
    if (name === '*') everywhere.add(sub);
    return covered.map((why) => invalid(`${at}[${i}]`, resource, why));
  });
  return [...errors, ...validateWildcards(resources, at)];
}

function validateWildcards(resources: readonly string[], at: string): readonly FieldError[] {
  const whole = resources.findLast((resource) => !resource.includes('/') && resource !== '');
  return [
    ...(resources.length > 1 && resources.includes('*/*')
      ? [invalid(at, resources, "if '*/*' is present, must not specify other resources")]
      : none),
    ...(resources.includes('*') && whole !== undefined && whole !== '*'
      ? [invalid(at, resources, "if '*' is present, must not specify other resources without subresources")]
      : none),
  ];
}

/** MatchResources. Absent: nothing to check. */
export function matchResources(match: JsonObject, at: string): readonly FieldError[] {
  return [
    ...oneOf(match, 'matchPolicy', at, MATCH_POLICIES),
    ...labelSelector(objectAt(match, 'namespaceSelector'), `${at}.namespaceSelector`),
    ...labelSelector(objectAt(match, 'objectSelector'), `${at}.objectSelector`),
    ...['resourceRules', 'excludeResourceRules'].flatMap((key) =>
      objectsAt(match, key).flatMap((rule, i) => namedRule(rule, `${at}.${key}[${i}]`)),
    ),
  ];
}

function namedRule(rule: JsonObject, at: string): readonly FieldError[] {
  const names = listAt(rule, 'resourceNames').map(String);
  return [
    ...names.flatMap((name, i) => [
      ...named(`${at}.resourceNames[${i}]`, name, pathSegment),
      ...(names.indexOf(name) < i ? [duplicate(`${at}.resourceNames[${i}]`, name)] : none),
    ]),
    ...ruleWithOperations(rule, at),
  ];
}

/** An expression that has to be there, and to have a value of that type. */
export function expressionField(
  self: JsonObject,
  key: string,
  wanted: Parameters<typeof compileExpression>[1],
  at: string,
  scope?: ExpressionScope,
): readonly FieldError[] {
  const source = textAt(self, key);
  if (source.trim() === '') return [required(`${at}.${key}`)];
  const compiled = compileExpression(source, wanted, scope);
  return 'problem' in compiled ? [invalid(`${at}.${key}`, source, compiled.problem)] : none;
}

const MOST_CONDITIONS = 64;

export function matchConditions(
  self: JsonObject,
  at: string,
  scope?: ExpressionScope,
): readonly FieldError[] {
  const conditions = objectsAt(self, 'matchConditions');
  const seen = new Set<string>();
  return [
    ...(conditions.length > MOST_CONDITIONS ? [tooMany(at, conditions.length, MOST_CONDITIONS)] : none),
    ...conditions.flatMap((condition, i) => {
      const name = textAt(condition, 'name');
      const isRepeated = name !== '' && seen.has(name);
      seen.add(name);
      return [
        ...expressionField(condition, 'expression', 'bool', `${at}[${i}]`, scope),
        ...requiredName(`${at}[${i}].name`, name, qualifiedName),
        ...(isRepeated ? [duplicate(`${at}[${i}].name`, name)] : none),
      ];
    }),
  ];
}

/** A domain of three labels at least. */
export function fullyQualified(name: string, field: string): readonly FieldError[] {
  if (name === '') return [required(field)];
  const problem =
    dns1123Subdomain(name) ??
    (name.split('.').length < 3
      ? 'should be a domain with at least three segments separated by dots'
      : undefined);
  return problem ? [invalid(field, name, problem)] : none;
}
