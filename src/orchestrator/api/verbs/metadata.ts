import { rfc3339 } from '../../../base/clock.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import { invalid as invalidField } from '../../../kube/values/fielderrors.ts';
import { generateName } from '../../../kube/values/names.ts';
import type { KubeObject, ObjectMeta } from '../../../kube/values/types.ts';
import type { ApiContext } from '../context.ts';
import { badRequest, conflict, invalid, modified } from '../errors.ts';
import type { Kind } from '../kinds/kind.ts';

/** metadata of an object that is born: what the server keeps is set by the server (apiserver `registry/rest/create.go`). */
export function newMetadata(context: ApiContext, kind: Kind, object: KubeObject): KubeObject {
  const {
    resourceVersion,
    deletionTimestamp: _,
    deletionGracePeriodSeconds: __,
    generation: ___,
    ...metadata
  } = object.metadata;
  if (resourceVersion) throw badRequest('resourceVersion should not be set on objects to be created');
  const name =
    metadata.name || (metadata.generateName && generateName(metadata.generateName, context.random));
  if (!name) {
    const message = 'Required value: name or generateName is required';
    throw invalid(kind, '', [{ field: 'metadata.name', reason: 'Required', message }]);
  }
  return {
    ...object,
    metadata: {
      ...metadata,
      name,
      uid: context.uuid(),
      creationTimestamp: rfc3339(context.clock.now()),
      ...(kind.strategy.generation ? { generation: 1 } : {}),
    },
  };
}

/** metadata of an update: what the server keeps stays as it is (apiserver `registry/rest/update.go`, `ValidateObjectMetaUpdate`). */
export function updatedMetadata(kind: Kind, object: KubeObject, live: KubeObject): KubeObject {
  const { metadata } = object;
  const kept: (keyof ObjectMeta)[] = [
    'name',
    'namespace',
    'uid',
    'resourceVersion',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'generation',
  ];
  const own = Object.entries(metadata).filter(([field]) => !kept.includes(field as keyof ObjectMeta));
  const server = kept.flatMap((field) =>
    live.metadata[field] === undefined ? [] : [[field, live.metadata[field]]],
  );
  assertNoNewFinalizers(kind, object, live);
  return { ...object, metadata: Object.fromEntries([...server, ...own]) };
}

/** Optimistic concurrency: who names a version or a uid means that one. */
export function assertUnmodified(kind: Kind, object: KubeObject, live: KubeObject): void {
  const name = live.metadata.name ?? '';
  const { uid, resourceVersion } = object.metadata;
  if (uid && uid !== live.metadata.uid) {
    throw conflict(
      kind,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid}`,
    );
  }
  if (isNamed(resourceVersion) && resourceVersion !== live.metadata.resourceVersion)
    throw modified(kind, name);
}

/** @throws StatusError Invalid where the kind is never replaced without saying which version */
export function assertVersioned(kind: Kind, { metadata }: KubeObject): void {
  if (!kind.strategy.needsVersion || isNamed(metadata.resourceVersion)) return;
  const cause = invalidField('metadata.resourceVersion', 0, 'must be specified for an update');
  throw invalid({ ...kind, kind: kind.plural }, metadata.name ?? '', [cause]);
}

/** `0` is the zero of Go, by which no version is named (`registry/generic/registry/store.go`, Update). */
const isNamed = (resourceVersion: string | undefined): boolean =>
  resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== '0';

function assertNoNewFinalizers(kind: Kind, object: KubeObject, live: KubeObject): void {
  if (!live.metadata.deletionTimestamp) return;
  const before = new Set(live.metadata.finalizers);
  const added = (object.metadata.finalizers ?? []).filter((finalizer) => !before.has(finalizer));
  if (added.length === 0) return;
  const message = `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`;
  throw invalid(kind, live.metadata.name ?? '', [
    { field: 'metadata.finalizers', reason: 'Forbidden', message },
  ]);
}

/** `object` with a generation that counts changes of everything but metadata and status. */
export function withGeneration(kind: Kind, object: KubeObject, live: KubeObject): KubeObject {
  if (!kind.strategy.generation) return object;
  const generation = live.metadata.generation ?? 1;
  const next = deepEqual(specificationOf(kind, object), specificationOf(kind, live))
    ? generation
    : generation + 1;
  if (object.metadata.generation === next) return object;
  return { ...object, metadata: { ...object.metadata, generation: next } };
}

function specificationOf({ strategy }: Kind, { metadata: _, status, ...rest }: KubeObject): object {
  return strategy.status ? rest : { ...rest, status };
}
