import { duplicate, type FieldError, notSupported, required } from '../values/fielderrors.ts';
import { qualifiedName } from '../values/names.ts';
import type { JsonObject } from '../values/types.ts';
import { requiredName } from './checks/checks.ts';
import { objectAt, objectsAt, textAt } from './checks/read.ts';
import { NODES } from './resources.data.ts';
import { APPLIED_WITH_OTHERS, type KindRow } from './row.ts';
import { orZero } from './selectable.ts';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export const NODE: KindRow = {
  resource: NODES,
  applyOrder: APPLIED_WITH_OTHERS,
  validate: validateNode,
  defaults: { 'core.v1.NodeStatus': { members: { allocatable: (self) => self.capacity } } },
  selectable: { 'spec.unschedulable': orZero('spec.unschedulable', false) },
};

function validateNode(node: JsonObject): readonly FieldError[] {
  const taints = objectsAt(objectAt(node, 'spec'), 'taints');
  const seen = new Set<string>();
  return taints.flatMap((taint, i) => {
    const path = `spec.taints[${i}]`;
    const effect = textAt(taint, 'effect');
    const key = `${textAt(taint, 'key')}:${effect}`;
    const isDuplicate = seen.has(key);
    seen.add(key);
    return [
      ...requiredName(`${path}.key`, textAt(taint, 'key'), qualifiedName),
      ...(effect === '' ? [required(`${path}.effect`)] : []),
      ...(effect !== '' && !EFFECTS.includes(effect)
        ? [notSupported(`${path}.effect`, effect, EFFECTS)]
        : []),
      ...(isDuplicate ? [duplicate(path, { key: textAt(taint, 'key'), effect })] : []),
    ];
  });
}
