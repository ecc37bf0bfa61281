import type { LabelSelector } from '../../kube/values/selectors.ts';
import { matches, selectorOf } from '../../kube/values/selectors.ts';
import type { KubeObject, OwnerReference } from '../../kube/values/types.ts';

export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller);
}

export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid;
}

/** The reference that makes `owner` the managing controller (apimachinery `meta/v1/controller_ref.go`). */
export function controllerReference(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name ?? '',
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

export type ClaimAction<T extends KubeObject> =
  | { readonly type: 'adopt'; readonly object: T }
  | { readonly type: 'release'; readonly object: T };

export interface Claims<T extends KubeObject> {
  /** What the owner controls, as if the actions had succeeded. */
  readonly owned: readonly T[];
  readonly actions: readonly ClaimAction<T>[];
}

/**
 * An owner keeps what matches its selector, releases what no longer matches, and adopts orphans that match.
 * No object is adopted that is being deleted, nor by an owner that is (Kubernetes `pkg/controller/controller_ref_manager.go`).
 * `belongs`: what has to hold besides the selector.
 */
export function claim<T extends KubeObject>(
  owner: KubeObject,
  selector: LabelSelector | undefined,
  candidates: readonly T[],
  belongs: (object: T) => boolean = () => true,
): Claims<T> {
  const requirements = selectorOf(selector);
  const isLeaving = owner.metadata.deletionTimestamp !== undefined;
  const owned: T[] = [];
  const actions: ClaimAction<T>[] = [];
  for (const object of candidates) {
    const controller = controllerOf(object);
    const fits =
      requirements !== undefined && matches(requirements, object.metadata.labels) && belongs(object);
    if (controller && controller.uid !== owner.metadata.uid) continue;
    if (controller && fits) owned.push(object);
    else if (controller) {
      if (isLeaving) owned.push(object);
      else actions.push({ type: 'release', object });
    } else if (fits && !isLeaving && object.metadata.deletionTimestamp === undefined) {
      owned.push(object);
      actions.push({ type: 'adopt', object });
    }
  }
  return { owned, actions };
}
