import { deepEqual } from '../values/equal.ts';
import { type FieldError, forbidden, invalid } from '../values/fielderrors.ts';
import { dns1123Label } from '../values/names.ts';
import type { JsonObject } from '../values/types.ts';
import { atLeast, countOrPercent, isZeroCount, named, none, oneOf, upTo100Percent } from './checks/checks.ts';
import { objectAt, objectsAt, textAt } from './checks/read.ts';
import { countsWithinReplicas } from './checks/replicas.ts';
import { validateSelected } from './podspec/template.ts';
import { STATEFUL_SETS } from './resources.data.ts';
import type { KindRow } from './row.ts';
import { validateClaimSpec } from './volumes/claimspec.ts';

export const STATEFUL_SET: KindRow = {
  resource: STATEFUL_SETS,
  applyOrder: 230,
  validate: validateStatefulSet,
  checkName: dns1123Label,
  defaults: {
    'apps.v1.StatefulSetSpec': {
      complete: withTypedClaims,
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

/** Each template of a claim says what it is (Kubernetes `pkg/apis/apps/v1/conversion.go`). */
function withTypedClaims(spec: JsonObject): JsonObject {
  const claims = objectsAt(spec, 'volumeClaimTemplates');
  const isTyped = claims.every(
    ({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'PersistentVolumeClaim',
  );
  if (isTyped) return spec;
  const typed = claims.map((claim) => ({ ...claim, apiVersion: 'v1', kind: 'PersistentVolumeClaim' }));
  return { ...spec, volumeClaimTemplates: typed };
}

const UPDATABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

/** Kubernetes `pkg/apis/apps/validation/validation.go`, ValidateStatefulSet. */
function validateStatefulSet(statefulSet: JsonObject, old?: JsonObject): readonly FieldError[] {
  const spec = objectAt(statefulSet, 'spec');
  const retention = objectAt(spec, 'persistentVolumeClaimRetentionPolicy');
  const path = 'spec.persistentVolumeClaimRetentionPolicy';
  return [
    ...validateManagement(textAt(spec, 'podManagementPolicy')),
    ...validateStrategy(objectAt(spec, 'updateStrategy')),
    ...['whenDeleted', 'whenScaled'].flatMap((key) => oneOf(retention, key, path, ['Retain', 'Delete'])),
    ...['replicas', 'minReadySeconds'].flatMap((key) => atLeast(spec, key, 'spec', 0)),
    ...atLeast(objectAt(spec, 'ordinals'), 'start', 'spec.ordinals', 0),
    ...validateSelected(withClaimedVolumes(spec), { selector: 'statefulset', deadline: 'StatefulSet' }),
    ...countsWithinReplicas(objectAt(statefulSet, 'status'), [
      'readyReplicas',
      'currentReplicas',
      'updatedReplicas',
      'availableReplicas',
    ]),
    ...(old ? validateUpdate(spec, objectAt(old, 'spec')) : validateNew(spec)),
  ];
}

/** What can never be changed is not judged again. */
function validateNew(spec: JsonObject): readonly FieldError[] {
  const service = textAt(spec, 'serviceName');
  return [
    ...objectsAt(spec, 'volumeClaimTemplates').flatMap((claim, i) =>
      validateClaimSpec(objectAt(claim, 'spec'), `spec.volumeClaimTemplates[${i}].spec`),
    ),
    ...(service === '' ? none : named('spec.serviceName', service, dns1123Label)),
  ];
}

const validateManagement = (policy: string): readonly FieldError[] =>
  ['', 'OrderedReady', 'Parallel'].includes(policy)
    ? none
    : [invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'")];

function validateStrategy(strategy: JsonObject): readonly FieldError[] {
  const path = 'spec.updateStrategy';
  const rolling = objectAt(strategy, 'rollingUpdate');
  switch (strategy.type) {
    case 'RollingUpdate':
      return [
        ...atLeast(rolling, 'partition', `${path}.rollingUpdate`, 0),
        ...countOrPercent(`${path}.rollingUpdate.maxUnavailable`, rolling.maxUnavailable),
        ...(isZeroCount(rolling.maxUnavailable)
          ? [invalid(`${path}.rollingUpdate.maxUnavailable`, rolling.maxUnavailable, 'cannot be 0')]
          : none),
        ...upTo100Percent(`${path}.rollingUpdate.maxUnavailable`, rolling.maxUnavailable),
      ];
    case 'OnDelete':
      return strategy.rollingUpdate === undefined
        ? none
        : [invalid(`${path}.rollingUpdate`, rolling, "only allowed for updateStrategy 'RollingUpdate'")];
    default:
      return [invalid(path, strategy, "must be 'RollingUpdate' or 'OnDelete'")];
  }
}

/** As its controller will make a pod: with a volume for each claim, and a host name and subdomain of its own. */
function withClaimedVolumes(spec: JsonObject): JsonObject {
  const template = objectAt(spec, 'template');
  const { hostname: _, subdomain: __, ...podSpec } = objectAt(template, 'spec');
  const claims = objectsAt(spec, 'volumeClaimTemplates').map((claim) =>
    textAt(objectAt(claim, 'metadata'), 'name'),
  );
  const claimed = claims.map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  const others = objectsAt(podSpec, 'volumes').filter((volume) => !claims.includes(textAt(volume, 'name')));
  if (spec.template === undefined) return spec;
  return { ...spec, template: { ...template, spec: { ...podSpec, volumes: [...claimed, ...others] } } };
}

function validateUpdate(spec: JsonObject, before: JsonObject): readonly FieldError[] {
  const isFrozen = (key: string) => !UPDATABLE.includes(key);
  const frozen = (whole: JsonObject) =>
    Object.fromEntries(Object.entries(whole).filter(([key]) => isFrozen(key)));
  if (deepEqual(frozen(spec), frozen(before))) return none;
  const [last, ...others] = UPDATABLE.map((key) => `'${key}'`).reverse();
  const listed = `${others.reverse().join(', ')} and ${last}`;
  return [forbidden('spec', `updates to statefulset spec for fields other than ${listed} are forbidden`)];
}
