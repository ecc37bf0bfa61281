import type { FieldError } from '../values/fielderrors.ts';
import type { JsonObject } from '../values/types.ts';
import { atLeast } from './checks/checks.ts';
import { objectAt } from './checks/read.ts';
import { countsWithinReplicas } from './checks/replicas.ts';
import { validateSelected } from './podspec/template.ts';
import { REPLICA_SETS } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const REPLICA_SET: KindRow = {
  resource: REPLICA_SETS,
  applyOrder: 210,
  validate: validateReplicaSet,
  defaults: { 'apps.v1.ReplicaSetSpec': { members: { replicas: 1 } } },
  recreatable: ['spec.selector'],
  isServing: true,
};

function validateReplicaSet(replicaSet: JsonObject, old?: JsonObject): readonly FieldError[] {
  const spec = objectAt(replicaSet, 'spec');
  return [
    ...validateSelected(spec, { selector: 'deployment', deadline: 'ReplicaSet' }, old),
    ...['replicas', 'minReadySeconds'].flatMap((key) => atLeast(spec, key, 'spec', 0)),
    ...countsWithinReplicas(objectAt(replicaSet, 'status'), [
      'fullyLabeledReplicas',
      'readyReplicas',
      'availableReplicas',
    ]),
  ];
}
