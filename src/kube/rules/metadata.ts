import { builtinKind } from '../kinds/builtin.ts';
import { annotations, immutable, labels, named, none } from '../kinds/checks/checks.ts';
import { listAt, objectAt, objectsAt, textAt } from '../kinds/checks/read.ts';
import { type FieldError, forbidden, invalid, required } from '../values/fielderrors.ts';
import { dns1123Label, dns1123Subdomain, type NameCheck, qualifiedName } from '../values/names.ts';
import type { GroupVersionKind, JsonObject } from '../values/types.ts';

/** metadata of any object (apimachinery `pkg/api/validation/objectmeta.go`). */
export function validateMetadata(
  gvk: GroupVersionKind,
  object: JsonObject,
  old?: JsonObject,
): readonly FieldError[] {
  const metadata = objectAt(object, 'metadata');
  return [
    ...checkName(metadata, builtinKind(gvk)?.checkName ?? dns1123Subdomain),
    ...(textAt(metadata, 'namespace')
      ? named('metadata.namespace', textAt(metadata, 'namespace'), dns1123Label)
      : none),
    ...labels(objectAt(metadata, 'labels'), 'metadata.labels'),
    ...annotations(objectAt(metadata, 'annotations'), 'metadata.annotations'),
    ...finalizers(metadata),
    ...owners(metadata),
    ...(old ? update(metadata, objectAt(old, 'metadata')) : none),
  ];
}

function checkName(metadata: JsonObject, check: NameCheck): readonly FieldError[] {
  const name = textAt(metadata, 'name');
  const generateName = textAt(metadata, 'generateName');
  if (name !== '') return named('metadata.name', name, check);
  if (generateName === '') return [required('metadata.name', 'name or generateName is required')];
  // It may end in a hyphen: letters will follow.
  return named('metadata.generateName', generateName.replace(/-$/, 'a'), check);
}

const finalizers = (metadata: JsonObject): readonly FieldError[] =>
  listAt(metadata, 'finalizers').flatMap((finalizer) =>
    named('metadata.finalizers', String(finalizer), qualifiedName),
  );

function owners(metadata: JsonObject): readonly FieldError[] {
  const references = objectsAt(metadata, 'ownerReferences');
  const controllers = references.filter((reference) => reference.controller === true);
  return [
    ...references.flatMap((reference, i) =>
      ['apiVersion', 'kind', 'name', 'uid']
        .filter((key) => textAt(reference, key) === '')
        .map((key) => invalid(`metadata.ownerReferences[${i}].${key}`, '', `${key} must not be empty`)),
    ),
    ...(controllers.length > 1
      ? [
          invalid(
            'metadata.ownerReferences',
            controllers.map((reference) => textAt(reference, 'name')),
            'Only one reference can have Controller set to true',
          ),
        ]
      : []),
  ];
}

function update(metadata: JsonObject, old: JsonObject): readonly FieldError[] {
  const isDeleting = old.deletionTimestamp !== undefined;
  const known = new Set(listAt(old, 'finalizers'));
  const added = listAt(metadata, 'finalizers').filter((finalizer) => !known.has(finalizer));
  return [
    ...immutable('metadata.name', metadata.name, old.name),
    ...immutable('metadata.namespace', metadata.namespace, old.namespace),
    ...(isDeleting && added.length > 0
      ? [
          forbidden(
            'metadata.finalizers',
            `no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`,
          ),
        ]
      : []),
  ];
}
