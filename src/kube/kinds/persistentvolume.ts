import { deepEqual } from '../values/equal.ts';
import { type FieldError, forbidden, invalid, notSupported, required } from '../values/fielderrors.ts';
import type { JsonObject } from '../values/types.ts';
import { immutable, none, oneOf } from './checks/checks.ts';
import { notNegative, positive } from './checks/quantities.ts';
import { objectAt, textAt } from './checks/read.ts';
import { PERSISTENT_VOLUMES } from './resources.data.ts';
import type { KindRow } from './row.ts';
import { accessModes, className, nodeSelector, volumeMode } from './volumes/shared.ts';
import { SOURCES, validateSource } from './volumes/source.ts';

export const PERSISTENT_VOLUME: KindRow = {
  resource: PERSISTENT_VOLUMES,
  applyOrder: 110,
  validate: validateVolume,
  defaults: {
    'core.v1.PersistentVolumeSpec': {
      members: { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' },
    },
    'core.v1.PersistentVolumeStatus': { members: { phase: 'Pending' } },
  },
  isNeverPruned: true,
};

/** Kubernetes `pkg/apis/core/validation/validation.go`, ValidatePersistentVolume. */
function validateVolume(volume: JsonObject, old?: JsonObject): readonly FieldError[] {
  const spec = objectAt(volume, 'spec');
  return [
    ...accessModes(spec, ''),
    ...validateCapacity(spec),
    ...oneOf(spec, 'persistentVolumeReclaimPolicy', 'spec', ['Delete', 'Recycle', 'Retain']),
    ...validateAffinity(spec),
    ...validateSource(spec),
    ...validateRecycling(spec),
    ...className(spec, 'storageClassName'),
    ...volumeMode(spec),
    ...validateAttributesClass(spec),
    ...(old ? validateUpdate(spec, objectAt(old, 'spec')) : none),
  ];
}

function validateCapacity(spec: JsonObject): readonly FieldError[] {
  const capacity = objectAt(spec, 'capacity');
  const names = Object.keys(capacity);
  return [
    ...(names.length === 0 ? [required('spec.capacity')] : none),
    ...(names.length === 1 && names[0] === 'storage'
      ? none
      : [notSupported('spec.capacity', capacity, ['storage'])]),
    ...names.flatMap((name) => positive(`spec.capacity[${name}]`, capacity[name])),
    ...names.flatMap((name) => notNegative(`spec.capacity[${name}]`, capacity[name])),
  ];
}

function validateAffinity(spec: JsonObject): readonly FieldError[] {
  if (spec.nodeAffinity === undefined) return none;
  const { required: selector } = objectAt(spec, 'nodeAffinity');
  const path = 'spec.nodeAffinity.required';
  return selector === undefined
    ? [required(path, 'must specify required node constraints')]
    : nodeSelector(objectAt(objectAt(spec, 'nodeAffinity'), 'required'), path);
}

function validateRecycling(spec: JsonObject): readonly FieldError[] {
  const isRoot = /^\/+$/.test(textAt(objectAt(spec, 'hostPath'), 'path'));
  return isRoot && spec.persistentVolumeReclaimPolicy === 'Recycle'
    ? [forbidden('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'")]
    : none;
}

function validateAttributesClass(spec: JsonObject): readonly FieldError[] {
  const field = 'spec.volumeAttributesClassName';
  if (spec.volumeAttributesClassName === undefined) return none;
  return [
    ...(spec.volumeAttributesClassName === '' ? [required(field, 'an empty string is disallowed')] : none),
    ...className(spec, 'volumeAttributesClassName'),
    ...(spec.csi === undefined
      ? [required('spec.csi', 'has to be specified when using volumeAttributesClassName')]
      : none),
  ];
}

function validateUpdate(spec: JsonObject, old: JsonObject): readonly FieldError[] {
  const isMoved = !deepEqual(sourceOf(spec, old), sourceOf(old, old));
  const [affinity, before] = [spec.nodeAffinity, old.nodeAffinity];
  return [
    ...(isMoved
      ? [forbidden('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation')]
      : none),
    ...immutable('volumeMode', spec.volumeMode, old.volumeMode),
    ...(before !== undefined && !deepEqual(affinity, before)
      ? [
          invalid(
            'nodeAffinity',
            affinity ?? null,
            'field is immutable, except for updating from beta label to GA',
          ),
        ]
      : none),
    ...(old.volumeAttributesClassName !== undefined && spec.volumeAttributesClassName === undefined
      ? [forbidden('spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden')]
      : none),
  ];
}

/** Where the data is. The secret that lets a CSI driver expand the volume may still be added. */
function sourceOf(spec: JsonObject, old: JsonObject): JsonObject {
  const source = Object.fromEntries(
    SOURCES.flatMap((key) => (spec[key] === undefined ? [] : [[key, spec[key]]])),
  );
  if (spec.csi === undefined || objectAt(old, 'csi').controllerExpandSecretRef !== undefined) return source;
  const { controllerExpandSecretRef: _, ...csi } = objectAt(spec, 'csi');
  return { ...source, csi };
}
