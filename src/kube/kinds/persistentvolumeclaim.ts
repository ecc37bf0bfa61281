import { deepEqual } from '../values/equal.ts';
import { type FieldError, forbidden } from '../values/fielderrors.ts';
import type { JsonObject } from '../values/types.ts';
import { immutable, none } from './checks/checks.ts';
import { exceeds } from './checks/quantities.ts';
import { objectAt, textAt } from './checks/read.ts';
import { PERSISTENT_VOLUME_CLAIMS } from './resources.data.ts';
import type { KindRow } from './row.ts';
import { validateClaimSpec } from './volumes/claimspec.ts';
import { BETA_CLASS } from './volumes/storageclass.ts';

export const PERSISTENT_VOLUME_CLAIM: KindRow = {
  resource: PERSISTENT_VOLUME_CLAIMS,
  applyOrder: 120,
  validate: validateClaim,
  defaults: {
    'core.v1.PersistentVolumeClaimSpec': { members: { volumeMode: 'Filesystem' } },
    'core.v1.PersistentVolumeClaimStatus': { members: { phase: 'Pending' } },
  },
  isNeverPruned: true,
};

/** Kubernetes `pkg/apis/core/validation/validation.go`, ValidatePersistentVolumeClaim. */
function validateClaim(claim: JsonObject, old?: JsonObject): readonly FieldError[] {
  return [
    ...validateClaimSpec(objectAt(claim, 'spec'), 'spec'),
    ...(old ? validateUpdate(claim, old) : none),
  ];
}

/** A claim has been counted and bound as it was written: it may only grow, once it is bound. */
function validateUpdate(claim: JsonObject, old: JsonObject): readonly FieldError[] {
  const [spec, before] = [objectAt(claim, 'spec'), objectAt(old, 'spec')];
  const storage = 'spec.resources.requests.storage';
  const [wanted, had] = [requestOf(spec), requestOf(before)];
  const capacity = objectAt(objectAt(old, 'status'), 'capacity').storage ?? '0';
  return [
    ...(deepEqual(frozenPart(spec, claim, old), frozenPart(before, claim, old))
      ? none
      : [
          forbidden(
            'spec',
            'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
          ),
        ]),
    ...(exceeds(had, wanted) && !exceeds(wanted, capacity)
      ? [forbidden(storage, 'field can not be less than status.capacity')]
      : none),
    ...immutable('volumeMode', spec.volumeMode, before.volumeMode),
    ...validateAttributesClass(spec, old),
  ];
}

const requestOf = (spec: JsonObject) => objectAt(objectAt(spec, 'resources'), 'requests').storage;

/** What must not differ: all but a volume that is named for the first time, a class that is, and what a bound claim may change. */
function frozenPart(spec: JsonObject, claim: JsonObject, old: JsonObject): JsonObject {
  const before = objectAt(old, 'spec');
  const isBound = textAt(objectAt(claim, 'status'), 'phase') === 'Bound';
  const resources = objectAt(spec, 'resources');
  const { storage: _, ...requests } = objectAt(resources, 'requests');
  return {
    ...spec,
    ...(textAt(before, 'volumeName') === '' ? { volumeName: '' } : {}),
    ...(before.storageClassName === undefined && mayName(spec, old) ? { storageClassName: '' } : {}),
    ...(isBound ? { volumeAttributesClassName: '', resources: { ...resources, requests } } : {}),
  };
}

/** A claim that was made before there was a default class; the annotation of old must not say otherwise. */
function mayName(spec: JsonObject, old: JsonObject): boolean {
  const annotated = objectAt(objectAt(old, 'metadata'), 'annotations')[BETA_CLASS];
  return (
    annotated === undefined || spec.storageClassName === undefined || annotated === spec.storageClassName
  );
}

function validateAttributesClass(spec: JsonObject, old: JsonObject): readonly FieldError[] {
  const field = 'spec.volumeAttributesClassName';
  const [name, before] = [spec.volumeAttributesClassName, objectAt(old, 'spec').volumeAttributesClassName];
  const isApplied = objectAt(old, 'status').currentVolumeAttributesClassName !== undefined;
  if (name === before || !isApplied || textAt(spec, 'volumeAttributesClassName') !== '') return none;
  const to = name === undefined ? 'nil' : 'empty string';
  return [
    forbidden(field, `update to ${to} is forbidden when status.currentVolumeAttributesClassName is not nil`),
  ];
}
