import { type FieldError, forbidden } from '../values/fielderrors.ts';
import type { JsonObject } from '../values/types.ts';
import { atLeast, immutable, oneOf } from './checks/checks.ts';
import { objectAt } from './checks/read.ts';
import { validateSelected } from './podspec/template.ts';
import { STATEFUL_SETS } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const STATEFUL_SET: KindRow = {
  resource: STATEFUL_SETS,
  applyOrder: 230,
  validate: validateStatefulSet,
  defaults: {
    'apps.v1.StatefulSetSpec': {
      members: {
        podManagementPolicy: 'OrderedReady',
        replicas: 1,
        revisionHistoryLimit: 10,
        persistentVolumeClaimRetentionPolicy: {},
      },
    },
    'apps.v1.StatefulSetUpdateStrategy': {
      members: {
        rollingUpdate: (self) => (self.type === undefined || self.type === '' ? {} : undefined),
        type: 'RollingUpdate',
      },
    },
    'apps.v1.RollingUpdateStatefulSetStrategy': { members: { partition: 0 } },
    'apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy': {
      members: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    },
  },
};

const UPDATABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

function validateStatefulSet(statefulSet: JsonObject, old?: JsonObject): readonly FieldError[] {
  const spec = objectAt(statefulSet, 'spec');
  const before = old ? objectAt(old, 'spec') : spec;
  const changed = [...new Set([...Object.keys(spec), ...Object.keys(before)])]
    .filter((key) => !UPDATABLE.includes(key) && key !== 'selector')
    .filter((key) => immutable(key, spec[key], before[key]).length > 0);
  const listed = UPDATABLE.map((key) => `'${key}'`).join(', ');
  return [
    ...validateSelected(spec, old),
    ...['replicas', 'minReadySeconds'].flatMap((key) => atLeast(spec, key, 'spec', 0)),
    ...oneOf(spec, 'podManagementPolicy', 'spec', ['OrderedReady', 'Parallel']),
    ...(changed.length > 0
      ? [forbidden('spec', `updates to statefulset spec for fields other than ${listed} are forbidden`)]
      : []),
  ];
}
