import { type FieldError, forbidden, invalid, required, tooLong } from '../../values/fielderrors.ts';
import { dns1123Subdomain } from '../../values/names.ts';
import type { JsonObject } from '../../values/types.ts';
import { named, none } from '../checks/checks.ts';
import { objectAt, textAt } from '../checks/read.ts';

/** Members of a PersistentVolume's spec that say where its data is: one of them (core/v1 PersistentVolumeSource). */
export const SOURCES = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'flocker',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
  'flexVolume',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'scaleIO',
  'local',
  'storageos',
  'csi',
] as const;

export function validateSource(spec: JsonObject): readonly FieldError[] {
  const [first, ...others] = SOURCES.filter((source) => spec[source] !== undefined);
  if (first === undefined) return [required('spec', 'must specify a volume type')];
  const source = objectAt(spec, first);
  return [
    ...others.map((other) => forbidden(`spec.${other}`, 'may not specify more than 1 volume type')),
    ...(CHECKS[first]?.(source, `spec.${first}`) ?? none),
    ...(first === 'local' && spec.nodeAffinity === undefined
      ? [required('spec.nodeAffinity', 'Local volume requires node affinity')]
      : none),
  ];
}

type Check = (source: JsonObject, path: string) => readonly FieldError[];

/** Sources that a current driver serves; of the others, whose drivers Kubernetes has removed, types are checked alone. */
const CHECKS: Readonly<Partial<Record<(typeof SOURCES)[number], Check>>> = {
  hostPath: pathWithin,
  local: pathWithin,
  nfs: (source, path) => {
    const exported = textAt(source, 'path');
    return [
      ...(textAt(source, 'server') === '' ? [required(`${path}.server`)] : none),
      ...(exported === '' ? [required(`${path}.path`)] : none),
      ...(exported.startsWith('/') ? none : [invalid(`${path}.path`, exported, 'must be an absolute path')]),
    ];
  },
  csi: (source, path) => [
    ...driverName(textAt(source, 'driver'), `${path}.driver`),
    ...(textAt(source, 'volumeHandle') === '' ? [required(`${path}.volumeHandle`)] : none),
    ...Object.keys(source)
      .filter((key) => key.endsWith('SecretRef'))
      .flatMap((key) =>
        ['name', 'namespace']
          .filter((member) => textAt(objectAt(source, key), member) === '')
          .map((member) => required(`${path}.${key}.${member}`)),
      ),
  ],
};

function pathWithin(source: JsonObject, path: string): readonly FieldError[] {
  const folder = textAt(source, 'path');
  if (folder === '') return [required(`${path}.path`)];
  return folder.split('/').includes('..') ? [invalid(`${path}.path`, folder, "must not contain '..'")] : none;
}

const LONGEST_DRIVER = 63;

function driverName(name: string, field: string): readonly FieldError[] {
  if (name === '') return [required(field)];
  return [
    ...(name.length > LONGEST_DRIVER ? [tooLong(field, LONGEST_DRIVER)] : none),
    ...named(field, name.toLowerCase(), dns1123Subdomain),
  ];
}
