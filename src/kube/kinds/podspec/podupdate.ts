import { deepEqual } from '../../values/equal.ts';
import { type FieldError, forbidden, invalid } from '../../values/fielderrors.ts';
import type { JsonObject } from '../../values/types.ts';
import { none } from '../checks/checks.ts';
import { listAt, numberAt, objectAt, objectsAt, textAt } from '../checks/read.ts';

export const UPDATABLE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/** What may be changed of a pod (Kubernetes `pkg/apis/core/validation/validation.go`, ValidatePodUpdate). */
export function validatePodUpdate(spec: JsonObject, old: JsonObject): readonly FieldError[] {
  const resized = ['containers', 'initContainers'].find(
    (list) => listAt(spec, list).length !== listAt(old, list).length,
  );
  if (resized) return [forbidden(`spec.${resized}`, 'pod updates may not add or remove containers')];
  return [
    ...validateDeadline(spec, old),
    ...validateTolerations(spec, old),
    ...validateGates(spec, old),
    ...(deepEqual(frozenPart(spec, old), frozenPart(old, old)) ? none : [forbidden('spec', UPDATABLE)]),
  ];
}

/** It may come nearer, and is never taken back. */
function validateDeadline(spec: JsonObject, old: JsonObject): readonly FieldError[] {
  const [value, before] = [numberAt(spec, 'activeDeadlineSeconds'), numberAt(old, 'activeDeadlineSeconds')];
  const field = 'spec.activeDeadlineSeconds';
  if (before === undefined || value === before) return none;
  if (value === undefined)
    return [invalid(field, null, 'must not update from a positive integer to nil value')];
  return value > before ? [invalid(field, value, 'must be less than or equal to previous value')] : none;
}

/** Those that were there stay as they are, but for how long they hold. */
function validateTolerations(spec: JsonObject, old: JsonObject): readonly FieldError[] {
  const lasting = (toleration: JsonObject): JsonObject => {
    const { tolerationSeconds: _, ...rest } = toleration;
    return rest;
  };
  const now = objectsAt(spec, 'tolerations').map(lasting);
  const areKept = objectsAt(old, 'tolerations').every((before) =>
    now.some((toleration) => deepEqual(toleration, lasting(before))),
  );
  return areKept
    ? none
    : [forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')];
}

function validateGates(spec: JsonObject, old: JsonObject): readonly FieldError[] {
  const before = new Set(objectsAt(old, 'schedulingGates').map((gate) => textAt(gate, 'name')));
  return objectsAt(spec, 'schedulingGates').flatMap((gate, i) => {
    const name = textAt(gate, 'name');
    return before.has(name)
      ? none
      : [
          forbidden(
            `spec.schedulingGates[${i}].name`,
            `only deletion is allowed, but found new scheduling gate '${name}'`,
          ),
        ];
  });
}

/** What differs through no endpoint of the API. nodeName comes through `binding`; which endpoint changes the rest, the API server says. */
function frozenPart(spec: JsonObject, old: JsonObject): JsonObject {
  const {
    activeDeadlineSeconds: _,
    ephemeralContainers: __,
    schedulingGates: ___,
    tolerations: ____,
    ...rest
  } = spec;
  const withoutImages = (key: string) =>
    objectsAt(spec, key).map(
      ({ image: _image, resources: _resources, resizePolicy: _policy, ...container }) => container,
    );
  const wasNegative = Number(old.terminationGracePeriodSeconds) < 0;
  const grace = spec.terminationGracePeriodSeconds ?? null;
  return {
    ...rest,
    ...(listAt(old, 'schedulingGates').length > 0 ? placementOf(spec, old) : {}),
    containers: withoutImages('containers'),
    initContainers: withoutImages('initContainers'),
    terminationGracePeriodSeconds:
      wasNegative && grace === 1 ? (old.terminationGracePeriodSeconds ?? null) : grace,
    nodeName: textAt(old, 'nodeName') === '' ? '' : textAt(spec, 'nodeName'),
  };
}

/** A pod that is still held back may be told more closely where to run: labels that a node must have may be added. */
function placementOf(spec: JsonObject, old: JsonObject): JsonObject {
  const [selector, before] = [objectAt(spec, 'nodeSelector'), objectAt(old, 'nodeSelector')];
  const onlyAdds = Object.entries(before).every(([key, value]) => selector[key] === value);
  return onlyAdds ? { nodeSelector: before } : {};
}
