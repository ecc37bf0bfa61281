import { type FieldError, forbidden } from '../values/fielderrors.ts';
import type { JsonObject } from '../values/types.ts';
import { immutable, none, oneOf } from './checks/checks.ts';
import { numberAt, objectAt, textAt } from './checks/read.ts';
import { PRIORITY_CLASSES } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const PRIORITY_CLASS: KindRow = {
  resource: PRIORITY_CLASSES,
  applyOrder: 10,
  validate: validatePriorityClass,
  defaults: { 'scheduling.v1.PriorityClass': { members: { preemptionPolicy: 'PreemptLowerPriority' } } },
};

/** Above it are the system's own (Kubernetes `pkg/apis/scheduling/types.go`). */
export const HIGHEST_USER_PRIORITY = 1_000_000_000;
const SYSTEM_PREFIX = 'system-';
/** The classes that every cluster has, by name. */
export const SYSTEM_PRIORITIES: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2 * HIGHEST_USER_PRIORITY,
  'system-node-critical': 2 * HIGHEST_USER_PRIORITY + 1000,
};

/** Kubernetes `pkg/apis/scheduling/validation/validation.go`. */
function validatePriorityClass(priorityClass: JsonObject, old?: JsonObject): readonly FieldError[] {
  const policy = priorityClass.preemptionPolicy;
  if (old) {
    return [
      ...(priorityClass.value === old.value
        ? none
        : [forbidden('value', 'may not be changed in an update.')]),
      ...immutable('preemptionPolicy', policy, old.preemptionPolicy),
    ];
  }
  return [
    ...validateValue(priorityClass),
    ...oneOf(priorityClass, 'preemptionPolicy', '', ['PreemptLowerPriority', 'Never']),
  ];
}

function validateValue(priorityClass: JsonObject): readonly FieldError[] {
  const name = textAt(objectAt(priorityClass, 'metadata'), 'name');
  const value = numberAt(priorityClass, 'value') ?? 0;
  if (name.startsWith(SYSTEM_PREFIX)) {
    const problem = systemProblem(name, value, priorityClass.globalDefault === true);
    const reserved = `priority class names with '${SYSTEM_PREFIX}' prefix are reserved for system use only. error: `;
    return problem ? [forbidden('metadata.name', reserved + problem)] : none;
  }
  return value > HIGHEST_USER_PRIORITY
    ? [forbidden('value', `maximum allowed value of a user defined priority is ${HIGHEST_USER_PRIORITY}`)]
    : none;
}

function systemProblem(name: string, value: number, globalDefault: boolean): string | undefined {
  const known = SYSTEM_PRIORITIES[name];
  if (known === undefined) return `${name} is not a known system priority class`;
  if (value !== known) return `value of ${name} PriorityClass must be ${known}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}
