import { duplicate, type FieldError, invalid, notSupported, required } from '../../values/fielderrors.ts';
import { dns1123Label, labelValue, qualifiedName } from '../../values/names.ts';
import type { JsonObject } from '../../values/types.ts';
import { labelSelector, named, none, oneOf, requiredName } from '../checks/checks.ts';
import { listAt, numberAt, objectAt, objectsAt, textAt } from '../checks/read.ts';
import { nodeSelector } from '../volumes/shared.ts';

/** Where a pod may run, and when (Kubernetes `pkg/apis/core/validation/validation.go`). */
export function validateScheduling(spec: JsonObject, path: string): readonly FieldError[] {
  const gates = objectsAt(spec, 'schedulingGates').map((gate) => textAt(gate, 'name'));
  return [
    ...validateAffinity(objectAt(spec, 'affinity'), `${path}.affinity`),
    ...objectsAt(spec, 'readinessGates').flatMap((gate, i) =>
      named(`${path}.readinessGates[${i}].conditionType`, textAt(gate, 'conditionType'), qualifiedName),
    ),
    ...gates.flatMap((gate, i) => [
      ...named(`${path}.schedulingGates[${i}]`, gate, qualifiedName),
      ...(gates.indexOf(gate) < i ? [duplicate(`${path}.schedulingGates[${i}]`, gate)] : none),
    ]),
    ...objectsAt(spec, 'topologySpreadConstraints').flatMap((constraint, i, all) =>
      validateSpread(constraint, all.slice(i + 1), `${path}.topologySpreadConstraints[${i}]`),
    ),
    ...objectsAt(spec, 'tolerations').flatMap((toleration, i) =>
      validateToleration(toleration, `${path}.tolerations[${i}]`),
    ),
    ...oneOf(spec, 'preemptionPolicy', path, ['PreemptLowerPriority', 'Never']),
  ];
}

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

function validateAffinity(affinity: JsonObject, path: string): readonly FieldError[] {
  const node = objectAt(affinity, 'nodeAffinity');
  return [
    ...(node[REQUIRED] === undefined
      ? none
      : nodeSelector(objectAt(node, REQUIRED), `${path}.nodeAffinity.${REQUIRED}`)),
    ...objectsAt(node, PREFERRED).flatMap((term, i) => {
      const at = `${path}.nodeAffinity.${PREFERRED}[${i}]`;
      return [
        ...weight(term, at),
        ...nodeSelector({ nodeSelectorTerms: [objectAt(term, 'preference')] }, at).map((error) => ({
          ...error,
          field: error.field.replace(`${at}.nodeSelectorTerms[0]`, `${at}.preference`),
        })),
      ];
    }),
    ...['podAffinity', 'podAntiAffinity'].flatMap((key) =>
      validatePodAffinity(objectAt(affinity, key), `${path}.${key}`),
    ),
  ];
}

const validatePodAffinity = (affinity: JsonObject, path: string): readonly FieldError[] => [
  ...objectsAt(affinity, REQUIRED).flatMap((term, i) => validateTerm(term, `${path}.${REQUIRED}[${i}]`)),
  ...objectsAt(affinity, PREFERRED).flatMap((weighted, i) => [
    ...weight(weighted, `${path}.${PREFERRED}[${i}]`),
    ...validateTerm(objectAt(weighted, 'podAffinityTerm'), `${path}.${PREFERRED}[${i}].podAffinityTerm`),
  ]),
];

const validateTerm = (term: JsonObject, path: string): readonly FieldError[] => [
  ...labelSelector(objectAt(term, 'labelSelector'), `${path}.labelSelector`),
  ...labelSelector(objectAt(term, 'namespaceSelector'), `${path}.namespaceSelector`),
  ...listAt(term, 'namespaces').flatMap((name, i) =>
    named(`${path}.namespaces[${i}]`, String(name), dns1123Label),
  ),
  ...(textAt(term, 'topologyKey') === ''
    ? [required(`${path}.topologyKey`, 'can not be empty')]
    : named(`${path}.topologyKey`, textAt(term, 'topologyKey'), qualifiedName)),
];

function weight(term: JsonObject, path: string): readonly FieldError[] {
  const value = numberAt(term, 'weight') ?? 0;
  return value >= 1 && value <= 100 ? none : [invalid(`${path}.weight`, value, 'must be in the range 1-100')];
}

const UNSATISFIABLE = ['DoNotSchedule', 'ScheduleAnyway'];

function validateSpread(
  constraint: JsonObject,
  later: readonly JsonObject[],
  path: string,
): readonly FieldError[] {
  const [key, when] = [textAt(constraint, 'topologyKey'), textAt(constraint, 'whenUnsatisfiable')];
  const [skew, domains] = [numberAt(constraint, 'maxSkew') ?? 0, numberAt(constraint, 'minDomains')];
  const isRepeated = later.some((one) => one.topologyKey === key && one.whenUnsatisfiable === when);
  return [
    ...(skew > 0 ? none : [invalid(`${path}.maxSkew`, skew, 'must be greater than zero')]),
    ...(key === ''
      ? [required(`${path}.topologyKey`, 'can not be empty')]
      : named(`${path}.topologyKey`, key, qualifiedName)),
    ...(UNSATISFIABLE.includes(when)
      ? none
      : [notSupported(`${path}.whenUnsatisfiable`, when, UNSATISFIABLE)]),
    ...(isRepeated ? [duplicate(`${path}.{topologyKey, whenUnsatisfiable}`, `{${key}, ${when}}`)] : none),
    ...(domains !== undefined && domains <= 0
      ? [invalid(`${path}.minDomains`, domains, 'must be greater than zero')]
      : none),
    ...(domains !== undefined && when !== 'DoNotSchedule'
      ? [
          invalid(
            `${path}.minDomains`,
            domains,
            `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${when}`,
          ),
        ]
      : none),
    ...['nodeAffinityPolicy', 'nodeTaintsPolicy'].flatMap((policy) =>
      oneOf(constraint, policy, path, ['Honor', 'Ignore']),
    ),
    ...labelSelector(objectAt(constraint, 'labelSelector'), `${path}.labelSelector`),
  ];
}

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function validateToleration(toleration: JsonObject, path: string): readonly FieldError[] {
  const operator = textAt(toleration, 'operator');
  const key = textAt(toleration, 'key');
  return [
    ...(key === '' ? none : requiredName(`${path}.key`, key, qualifiedName)),
    ...(key === '' && operator !== 'Exists'
      ? [
          invalid(
            `${path}.operator`,
            operator,
            'operator must be Exists when `key` is empty, which means "match all values and all keys"',
          ),
        ]
      : none),
    ...(toleration.tolerationSeconds !== undefined && toleration.effect !== 'NoExecute'
      ? [
          invalid(
            `${path}.effect`,
            toleration.effect ?? '',
            "effect must be 'NoExecute' when `tolerationSeconds` is set",
          ),
        ]
      : none),
    ...oneOf(toleration, 'operator', path, ['Equal', 'Exists']),
    ...(operator === 'Exists'
      ? textAt(toleration, 'value') === ''
        ? none
        : [invalid(`${path}.operator`, toleration.value, "value must be empty when `operator` is 'Exists'")]
      : named(`${path}.operator`, textAt(toleration, 'value'), labelValue)),
    ...oneOf(toleration, 'effect', path, EFFECTS),
  ];
}
