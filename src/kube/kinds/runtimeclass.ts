import { duplicate, type FieldError } from '../values/fielderrors.ts';
import { dns1123Label } from '../values/names.ts';
import type { JsonObject } from '../values/types.ts';
import { immutable, labels, named, none } from './checks/checks.ts';
import { objectAt, objectsAt, textAt } from './checks/read.ts';
import { validateToleration } from './podspec/scheduling.ts';
import { RUNTIME_CLASSES } from './resources.data.ts';
import { APPLIED_WITH_OTHERS, type KindRow } from './row.ts';

export const RUNTIME_CLASS: KindRow = {
  resource: RUNTIME_CLASSES,
  applyOrder: APPLIED_WITH_OTHERS,
  validate: validateRuntimeClass,
};

/** Kubernetes `pkg/apis/node/validation/validation.go`. */
function validateRuntimeClass(runtimeClass: JsonObject, old?: JsonObject): readonly FieldError[] {
  if (old) return immutable('handler', runtimeClass.handler, old.handler);
  const scheduling = objectAt(runtimeClass, 'scheduling');
  return [
    ...named('handler', textAt(runtimeClass, 'handler'), dns1123Label),
    ...labels(objectAt(scheduling, 'nodeSelector'), 'scheduling.nodeSelector'),
    ...objectsAt(scheduling, 'tolerations').flatMap((toleration, i) =>
      validateToleration(toleration, `scheduling.tolerations[${i}]`),
    ),
    ...duplicateTolerations(objectsAt(scheduling, 'tolerations')),
  ];
}

function duplicateTolerations(tolerations: readonly JsonObject[]): readonly FieldError[] {
  const seen = new Set<string>();
  return tolerations.flatMap((toleration, i) => {
    const { key, operator, value, effect } = toleration;
    const identity = JSON.stringify([key ?? '', operator ?? '', value ?? '', effect ?? '']);
    if (seen.has(identity)) return [duplicate(`scheduling.tolerations[${i}]`, toleration)];
    seen.add(identity);
    return none;
  });
}
