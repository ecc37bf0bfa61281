import { deepEqual } from '../../values/equal.ts';
import { type FieldError, invalid, required } from '../../values/fielderrors.ts';
import { dns1123Label, dns1123Subdomain } from '../../values/names.ts';
import type { JsonObject } from '../../values/types.ts';
import { labelSelector, named, none } from '../checks/checks.ts';
import { positive } from '../checks/quantities.ts';
import { objectAt, textAt } from '../checks/read.ts';
import { accessModes, className, volumeMode } from './shared.ts';

/** Also of the claims that a StatefulSet makes (Kubernetes `ValidatePersistentVolumeClaimSpec`). */
export function validateClaimSpec(spec: JsonObject, path: string): readonly FieldError[] {
  const storage = objectAt(objectAt(spec, 'resources'), 'requests').storage;
  const field = `${path}.resources[storage]`;
  return [
    ...accessModes(spec, 'at least 1 access mode is required', path),
    ...labelSelector(objectAt(spec, 'selector'), `${path}.selector`),
    ...(storage === undefined ? [required(field)] : positive(field, storage)),
    ...className(spec, 'storageClassName', path),
    ...volumeMode(spec, path),
    ...validateDataSources(spec, path),
    ...className(spec, 'volumeAttributesClassName', path),
  ];
}

function validateDataSources(spec: JsonObject, path: string): readonly FieldError[] {
  const { dataSource, dataSourceRef } = spec;
  const [local, reference] = [objectAt(spec, 'dataSource'), objectAt(spec, 'dataSourceRef')];
  const namespace = textAt(reference, 'namespace');
  const { namespace: _, ...comparable } = reference;
  const together = dataSource !== undefined && dataSourceRef !== undefined;
  return [
    ...(dataSource === undefined ? none : validateDataSource(local, `${path}.dataSource`)),
    ...(dataSourceRef === undefined ? none : validateDataSource(reference, `${path}.dataSourceRef`)),
    ...(namespace === '' ? none : named(`${path}.dataSourceRef.namespace`, namespace, dns1123Label)),
    ...(together && namespace !== ''
      ? [
          invalid(
            path,
            `${path}.dataSource`,
            'may not be specified when dataSourceRef.namespace is specified',
          ),
        ]
      : none),
    ...(together && namespace === '' && !deepEqual(local, comparable)
      ? [invalid(path, `${path}.dataSource`, 'must match dataSourceRef')]
      : none),
  ];
}

function validateDataSource(source: JsonObject, path: string): readonly FieldError[] {
  const [kind, group] = [textAt(source, 'kind'), textAt(source, 'apiGroup')];
  return [
    ...['name', 'kind'].filter((key) => textAt(source, key) === '').map((key) => required(`${path}.${key}`)),
    ...(group === '' && kind !== 'PersistentVolumeClaim'
      ? [invalid(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup")]
      : none),
    ...(group === '' ? none : named(`${path}.apiGroup`, group, dns1123Subdomain)),
  ];
}
