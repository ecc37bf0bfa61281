import { type FieldError, invalid, required } from '../values/fielderrors.ts';
import type { Json, JsonObject } from '../values/types.ts';
import { none } from './checks/checks.ts';
import { listAt, objectAt, objectsAt, textAt } from './checks/read.ts';
import { isQuotaResource, quotaResourceName, resourceAmount } from './checks/resourcenames.ts';
import { RESOURCE_QUOTAS } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const RESOURCE_QUOTA: KindRow = {
  resource: RESOURCE_QUOTAS,
  applyOrder: 40,
  validate: validateResourceQuota,
};

/** Kubernetes `pkg/apis/core/validation/validation.go`, ValidateResourceQuota. */
function validateResourceQuota(quota: JsonObject, old?: JsonObject): readonly FieldError[] {
  const [spec, status] = [objectAt(quota, 'spec'), objectAt(quota, 'status')];
  const scopes = listAt(spec, 'scopes').map(String);
  const hard = Object.keys(objectAt(spec, 'hard'));
  return [
    ...amounts(objectAt(spec, 'hard'), 'spec.hard'),
    ...scopes.flatMap((scope) => validateScope(scope, hard, { field: 'spec.scopes', shown: scopes })),
    ...conflicts(scopes, 'spec.scopes', scopes),
    ...(spec.scopeSelector === undefined ? none : validateSelector(objectAt(spec, 'scopeSelector'), hard)),
    ...amounts(objectAt(status, 'hard'), 'status.hard'),
    ...amounts(objectAt(status, 'used'), 'status.used'),
    ...(old ? sameScopes(scopes, listAt(objectAt(old, 'spec'), 'scopes').map(String)) : none),
  ];
}

const amounts = (list: JsonObject, path: string): readonly FieldError[] =>
  Object.entries(list).flatMap(([name, amount]) => [
    ...quotaResourceName(name, `${path}[${name}]`),
    ...resourceAmount(name, amount, `${path}[${name}]`),
  ]);

const PODS = ['pods'];
const COMPUTE = ['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'];
const CLAIMS = ['persistentvolumeclaims', 'requests.storage'];

/** Scope → the standard resources that can be counted within it. */
const SCOPES: Readonly<Record<string, readonly string[]>> = {
  Terminating: [...PODS, ...COMPUTE],
  NotTerminating: [...PODS, ...COMPUTE],
  BestEffort: PODS,
  NotBestEffort: [...PODS, ...COMPUTE],
  PriorityClass: [...PODS, ...COMPUTE],
  CrossNamespacePodAffinity: [...PODS, ...COMPUTE],
  VolumeAttributesClass: CLAIMS,
};

interface Shown {
  readonly field: string;
  readonly shown: Json;
}

function validateScope(
  scope: string,
  hard: readonly string[],
  { field, shown }: Shown,
): readonly FieldError[] {
  const counted = SCOPES[scope];
  if (!counted) return [invalid(field, shown, 'unsupported scope')];
  return hard
    .filter((name) => isQuotaResource(name) && !counted.includes(name))
    .map(() => invalid(field, shown, 'unsupported scope applied to resource'));
}

const PAIRS = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;

const conflicts = (scopes: readonly string[], field: string, shown: Json): readonly FieldError[] =>
  PAIRS.filter((pair) => pair.every((scope) => scopes.includes(scope))).map(() =>
    invalid(field, shown, 'conflicting scopes'),
  );

/** Scopes of which there is nothing to choose from: a pod has them or has not. */
const WITHOUT_VALUES = Object.keys(SCOPES).filter(
  (scope) => scope !== 'PriorityClass' && scope !== 'VolumeAttributesClass',
);

function validateSelector(selector: JsonObject, hard: readonly string[]): readonly FieldError[] {
  const path = 'spec.scopeSelector.matchExpressions';
  const expressions = objectsAt(selector, 'matchExpressions');
  const names = expressions.map((expression) => textAt(expression, 'scopeName'));
  return [
    ...expressions.flatMap((expression, i) => {
      const scope = names[i] ?? '';
      return [
        ...(SCOPES[scope]
          ? validateScope(scope, hard, { field: path, shown: selector })
          : [invalid(`${path}.scopeName`, scope, 'unsupported scope')]),
        ...validateOperator(expression, scope, path),
      ];
    }),
    ...conflicts(names, path, names),
  ];
}

function validateOperator(expression: JsonObject, scope: string, path: string): readonly FieldError[] {
  const operator = textAt(expression, 'operator');
  const values = listAt(expression, 'values');
  const fixed =
    WITHOUT_VALUES.includes(scope) && operator !== 'Exists'
      ? [
          invalid(
            `${path}.operator`,
            operator,
            "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
          ),
        ]
      : none;
  if (['In', 'NotIn'].includes(operator)) {
    const problem = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
    return values.length > 0 ? fixed : [...fixed, required(`${path}.values`, problem)];
  }
  if (['Exists', 'DoesNotExist'].includes(operator)) {
    const problem = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
    return values.length === 0 ? fixed : [...fixed, invalid(`${path}.values`, values, problem)];
  }
  return [...fixed, invalid(`${path}.operator`, operator, 'not a valid selector operator')];
}

function sameScopes(scopes: readonly string[], old: readonly string[]): readonly FieldError[] {
  const isSame = scopes.every((scope) => old.includes(scope)) && old.every((scope) => scopes.includes(scope));
  return isSame ? none : [invalid('spec.scopes', scopes, 'field is immutable')];
}
