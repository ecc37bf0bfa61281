import {
  duplicate,
  type FieldError,
  invalid,
  notSupported,
  required,
  tooLong,
  tooMany,
} from '../../values/fielderrors.ts';
import { qualifiedName } from '../../values/names.ts';
import type { JsonObject } from '../../values/types.ts';
import { atLeast, named, none } from '../checks/checks.ts';
import { CONDITION_STATUSES } from '../checks/conditions.ts';
import { listAt, numberAt, objectAt, objectsAt, textAt } from '../checks/read.ts';
import { countIndexes } from './indexes.ts';

/** When a pod's failure counts, and when a Job has succeeded (Kubernetes `pkg/apis/batch/validation/validation.go`). */

const MOST_RULES = 20;
const MOST_EXIT_CODES = 255;
const MOST_CONDITIONS = 20;
const LONGEST_INDEXES = 64 * 1024;

const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const OPERATORS = ['In', 'NotIn'];

const inBrackets = (values: readonly string[]): string =>
  `valid values: [${values.map((value) => JSON.stringify(value)).join(' ')}]`;

/** Must be there, and be one of these. */
function choice(
  self: JsonObject,
  key: string,
  path: string,
  values: readonly string[],
): readonly FieldError[] {
  const value = textAt(self, key);
  if (value === '') return [required(`${path}.${key}`, inBrackets(values))];
  return values.includes(value) ? none : [notSupported(`${path}.${key}`, value, values)];
}

const atMost = (count: number, most: number, field: string): readonly FieldError[] =>
  count > most ? [tooMany(field, count, most)] : none;

export function validateFailurePolicy(spec: JsonObject, path: string): readonly FieldError[] {
  const rules = objectsAt(objectAt(spec, 'podFailurePolicy'), 'rules');
  return [
    ...atMost(rules.length, MOST_RULES, `${path}.rules`),
    ...rules.flatMap((rule, i) => validateFailureRule(spec, rule, `${path}.rules[${i}]`)),
  ];
}

function validateFailureRule(spec: JsonObject, rule: JsonObject, path: string): readonly FieldError[] {
  const conditions = objectsAt(rule, 'onPodConditions');
  const hasCodes = rule.onExitCodes !== undefined;
  const isForIndex = rule.action === 'FailIndex' && spec.backoffLimitPerIndex === undefined;
  return [
    ...choice(rule, 'action', path, ACTIONS),
    ...(isForIndex
      ? [invalid(`${path}.action`, rule.action, 'requires the backoffLimitPerIndex to be set')]
      : none),
    ...(hasCodes ? validateExitCodes(objectAt(rule, 'onExitCodes'), spec, `${path}.onExitCodes`) : none),
    ...atMost(conditions.length, MOST_CONDITIONS, `${path}.onPodConditions`),
    ...conditions.flatMap((pattern, i) => [
      ...named(`${path}.onPodConditions[${i}].type`, textAt(pattern, 'type'), qualifiedName),
      ...choice(pattern, 'status', `${path}.onPodConditions[${i}]`, CONDITION_STATUSES),
    ]),
    ...oneOfBoth(hasCodes, conditions.length > 0, path),
  ];
}

function oneOfBoth(hasCodes: boolean, hasConditions: boolean, path: string): readonly FieldError[] {
  if (hasCodes !== hasConditions) return none;
  const problem = hasCodes
    ? 'specifying both OnExitCodes and OnPodConditions is not supported'
    : 'specifying one of OnExitCodes and OnPodConditions is required';
  return [{ field: path, reason: 'Invalid', message: `Invalid value: ${problem}` }];
}

function validateExitCodes(codes: JsonObject, spec: JsonObject, path: string): readonly FieldError[] {
  const values = listAt(codes, 'values').map(Number);
  const podSpec = objectAt(objectAt(spec, 'template'), 'spec');
  const names = ['containers', 'initContainers'].flatMap((list) =>
    objectsAt(podSpec, list).map((container) => textAt(container, 'name')),
  );
  const container = codes.containerName;
  return [
    ...choice(codes, 'operator', path, OPERATORS),
    ...(container !== undefined && !names.includes(String(container))
      ? [
          invalid(
            `${path}.containerName`,
            container,
            'must be one of the container or initContainer names in the pod template',
          ),
        ]
      : none),
    ...(values.length === 0 ? [invalid(`${path}.values`, values, 'at least one value is required')] : none),
    ...atMost(values.length, MOST_EXIT_CODES, `${path}.values`),
    ...values.flatMap((value, i) => [
      ...(codes.operator === 'In' && value === 0
        ? [invalid(`${path}.values[${i}]`, value, 'must not be 0 for the In operator')]
        : none),
      ...(values.indexOf(value) < i ? [duplicate(`${path}.values[${i}]`, value)] : none),
    ]),
    ...(values.some((value, i) => i > 0 && value < (values[i - 1] ?? value))
      ? [invalid(`${path}.values`, values, 'must be ordered')]
      : none),
  ];
}

export function validateSuccessPolicy(spec: JsonObject, path: string): readonly FieldError[] {
  const policy = objectAt(spec, 'successPolicy');
  if (spec.completionMode !== 'Indexed') return [invalid(path, policy, 'requires indexed completion mode')];
  const rules = objectsAt(policy, 'rules');
  return [
    ...(rules.length === 0
      ? [
          required(
            `${path}.rules`,
            'at least one rules must be specified when the successPolicy is specified',
          ),
        ]
      : none),
    ...atMost(rules.length, MOST_RULES, `${path}.rules`),
    ...rules.flatMap((rule, i) =>
      validateSuccessRule(rule, numberAt(spec, 'completions') ?? 0, `${path}.rules[${i}]`),
    ),
  ];
}

function validateSuccessRule(rule: JsonObject, completions: number, path: string): readonly FieldError[] {
  const { succeededCount: count, succeededIndexes } = rule;
  if (count === undefined && succeededIndexes === undefined) {
    return [required(path, 'at least one of succeededCount or succeededIndexes must be specified')];
  }
  const indexes = textAt(rule, 'succeededIndexes');
  const listed = countIndexes(indexes, completions);
  const most = [
    [completions, 'the number of specified completions'],
    ...(succeededIndexes === undefined
      ? []
      : [
          [
            typeof listed === 'number' ? listed : 0,
            'the number of indexes in the specified succeededIndexes field',
          ],
        ]),
  ] as const;
  return [
    ...(indexes.length > LONGEST_INDEXES ? [tooLong(`${path}.succeededIndexes`, LONGEST_INDEXES)] : none),
    ...(typeof listed === 'string'
      ? [invalid(`${path}.succeededIndexes`, indexes, `error parsing succeededIndexes: ${listed}`)]
      : none),
    ...atLeast(rule, 'succeededCount', path, 0),
    ...most
      .filter(([limit]) => typeof count === 'number' && count > Number(limit))
      .map(([limit, what]) =>
        invalid(`${path}.succeededCount`, count, `must be less than or equal to ${limit} (${what})`),
      ),
  ];
}
