import type { PersistentVolumeClaim, Pod, StatefulSet } from '../../../kube/kinds/objects.data.ts';
import type { OwnerReference } from '../../../kube/values/types.ts';
import { claimName, ordinalOf } from './identity.ts';
import { hasOtherController, isStale, ownersOf } from './retention.ts';

/** What the claims of one pod lack. */
export interface ClaimWork {
  /** To be created. */
  readonly missing: readonly PersistentVolumeClaim[];
  /** Names of those that are being deleted: no pod starts with one. */
  readonly leaving: readonly string[];
  /** To be given other owners. */
  readonly owned: readonly {
    readonly claim: PersistentVolumeClaim;
    readonly owners: readonly OwnerReference[];
  }[];
  /** Names of those that somebody else manages, so that the retention policy does not apply. */
  readonly conflicting: readonly string[];
}

/** A claim of the namespace of the set, by name. */
export type FindClaim = (name: string) => PersistentVolumeClaim | undefined;

export function claimWork(set: StatefulSet, pod: Pod, find: FindClaim): ClaimWork {
  const wanted = claimsOf(set, pod);
  const there = wanted.flatMap(({ metadata }) => find(metadata.name ?? '') ?? []);
  const nameOf = ({ metadata }: PersistentVolumeClaim): string => metadata.name ?? '';
  return {
    missing: wanted.filter((claim) => !find(nameOf(claim))),
    leaving: there.filter(({ metadata }) => metadata.deletionTimestamp !== undefined).map(nameOf),
    owned: there.flatMap((claim) => {
      const owners = ownersOf(claim, set, pod);
      return owners ? [{ claim, owners }] : [];
    }),
    conflicting: there.filter((claim) => hasOtherController(claim, set, pod)).map(nameOf),
  };
}

export const hasStaleClaim = (set: StatefulSet, pod: Pod, find: FindClaim): boolean =>
  claimsOf(set, pod).some(({ metadata }) => {
    const claim = find(metadata.name ?? '');
    return claim !== undefined && isStale(claim, set, pod);
  });

/** The claims of a pod, by the templates of its set (Kubernetes `stateful_set_utils.go` getPersistentVolumeClaims). */
function claimsOf(set: StatefulSet, pod: Pod): readonly PersistentVolumeClaim[] {
  const { volumeClaimTemplates = [], selector } = set.spec;
  return volumeClaimTemplates.map((template) => ({
    ...template,
    metadata: {
      ...template.metadata,
      name: claimName(set, template, ordinalOf(pod)),
      namespace: set.metadata.namespace ?? '',
      labels: { ...template.metadata.labels, ...selector.matchLabels },
    },
  }));
}
