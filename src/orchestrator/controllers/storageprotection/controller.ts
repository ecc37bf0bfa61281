import { keyOf, splitKey } from '../../../kube/client/cache.ts';
import { type Controller, createController, type Watch, watch } from '../../../kube/client/controller.ts';
import type { Informer } from '../../../kube/client/informer.ts';
import { byClaim } from '../../../kube/client/podindexes.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../kube/kinds/objects.data.ts';
import {
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  PODS,
  VOLUME_ATTRIBUTES_CLASSES,
} from '../../../kube/kinds/resources.data.ts';
import { PROTECTION_FINALIZERS } from '../../../kube/kinds/volumes/protection.ts';
import { isNotFound } from '../../../kube/values/status.ts';
import type { KubeObject, Resource } from '../../../kube/values/types.ts';
import { type ControllerContext, MANAGER } from '../context.ts';
import { decideProtection, usesClaim } from './decide.ts';

interface Protected<T extends KubeObject> {
  readonly name: string;
  readonly resource: Resource<T>;
  readonly informer: Informer<T>;
  /** What may stop using one. */
  readonly users: readonly Watch[];
  readonly isUsed: (object: T) => Promise<boolean> | boolean;
}

/** Keeps what is deleted and still used, and lets it go afterwards. */
function protect<T extends KubeObject>(
  { client, clock, logger }: ControllerContext,
  { name, resource, informer, users, isUsed }: Protected<T>,
): Controller {
  const finalizer = PROTECTION_FINALIZERS[resource.plural] ?? '';

  async function reconcile(key: string): Promise<undefined> {
    const object = informer.get(splitKey(key));
    const action = object && decideProtection(object, finalizer);
    if (!object || !action || (action === 'ask' && (await isUsed(object)))) return;
    const others = (object.metadata.finalizers ?? []).filter((one) => one !== finalizer);
    const finalizers = action === 'add' ? [...others, finalizer] : others;
    try {
      const changed = { ...object, metadata: { ...object.metadata, finalizers } };
      await client.update(resource, changed, { fieldManager: MANAGER });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  return createController({
    name,
    clock,
    logger,
    watches: [watch(informer, ({ metadata }) => [keyOf(metadata)]), ...users],
    reconcile,
  });
}

/** Claims are used by pods (Kubernetes `pkg/controller/volume/pvcprotection`). */
export function createClaimProtection(context: ControllerContext): Controller {
  const { client, informers } = context;
  const { pods, claims } = informers;
  const podsOf = pods.index(byClaim);
  return protect(context, {
    name: 'pvcprotection',
    resource: PERSISTENT_VOLUME_CLAIMS,
    informer: claims,
    users: [watch(pods, byClaim)],
    async isUsed(claim) {
      if (podsOf(keyOf(claim.metadata)).some((pod) => usesClaim(pod, claim))) return true;
      // The cache may lag behind a pod that was just bound: the API decides.
      const { items } = await client.list(PODS, { namespace: claim.metadata.namespace ?? '' });
      return items.some((pod) => usesClaim(pod, claim));
    },
  });
}

/** Volumes are used by the claims that they are bound to (Kubernetes `pkg/controller/volume/pvprotection`). */
export const createVolumeProtection = (context: ControllerContext): Controller =>
  protect(context, {
    name: 'pvprotection',
    resource: PERSISTENT_VOLUMES,
    informer: context.informers.volumes,
    users: [],
    isUsed: ({ status }) => status?.phase === 'Bound',
  });

/** Classes of attributes are used by claims and volumes (Kubernetes `pkg/controller/volume/vacprotection`). */
export function createAttributesClassProtection(context: ControllerContext): Controller {
  const { claims, volumes, attributesClasses } = context.informers;
  const claimsOf = claims.index(classesOfClaim);
  const volumesOf = volumes.index(classesOfVolume);
  return protect(context, {
    name: 'vacprotection',
    resource: VOLUME_ATTRIBUTES_CLASSES,
    informer: attributesClasses,
    users: [watch(claims, classesOfClaim), watch(volumes, classesOfVolume)],
    isUsed: ({ metadata: { name = '' } }) => claimsOf(name).length + volumesOf(name).length > 0,
  });
}

const classesOfClaim = ({ spec, status }: PersistentVolumeClaim): readonly string[] =>
  named(
    spec?.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  );

const classesOfVolume = ({ spec }: PersistentVolume): readonly string[] =>
  named(spec?.volumeAttributesClassName);

const named = (...names: readonly (string | undefined)[]): readonly string[] => [
  ...new Set(names.flatMap((name) => (name ? [name] : []))),
];
