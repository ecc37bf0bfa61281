import type { ControllerRevision, PodTemplateSpec } from '../../../kube/kinds/objects.data.ts';
import { strategicMergePatch } from '../../../kube/patch/strategicmerge.ts';
import { applyDefaults } from '../../../kube/rules/defaults.ts';
import { ANYTHING, builtinSchema } from '../../../kube/schema/schema.ts';
import { oldestFirst } from '../../../kube/values/age.ts';
import { canonicalJson, deepEqual } from '../../../kube/values/equal.ts';
import { parseJson } from '../../../kube/values/json.ts';
import type { LabelSelector } from '../../../kube/values/selectors.ts';
import { gvkOf, type JsonObject, type KubeObject } from '../../../kube/values/types.ts';
import { controllerReference } from '../controllerref.ts';
import { podTemplateHash } from '../templatehash.ts';

/** A workload whose templates ControllerRevisions keep. */
export interface Revised extends KubeObject {
  readonly spec: {
    readonly selector: LabelSelector;
    readonly template: PodTemplateSpec;
    readonly revisionHistoryLimit?: number;
  };
  readonly status?: { readonly collisionCount?: number };
}

/** The label of a pod that says which revision it was made of: its name (StatefulSet) or its hash (DaemonSet). */
export const POD_REVISION = 'controller-revision-hash';

/** Names of Kubernetes objects have 253 characters; the hash and its hyphen take the rest. */
const MOST_OF_THE_NAME = 223;

/**
 * What a revision holds: the strategic merge patch that sets the template back, with its keys sorted, as kubectl compares it
 * (Kubernetes `stateful_set_utils.go` and `daemon/update.go`, getPatch).
 */
export function revisionData(owner: Revised): JsonObject {
  const template = { ...owner.spec.template, $patch: 'replace' };
  return parseJson(canonicalJson({ spec: { template } })) as JsonObject;
}

/** The workload as a revision sets it back. */
export function withRevision<T extends Revised>(owner: T, revision: ControllerRevision): T {
  const schema = builtinSchema(gvkOf(owner)) ?? ANYTHING;
  return strategicMergePatch(schema, owner, revision.data as JsonObject);
}

/**
 * Whether setting a workload back to a revision would change nothing, although its data is written otherwise: by an earlier release, say,
 * that knew fewer defaults (Kubernetes `stateful_set_control.go` setMatchesLatestExistingRevision).
 */
export function isEquivalent(owner: Revised, revision: ControllerRevision): boolean {
  const restored = applyDefaults(builtinSchema(gvkOf(owner)), withRevision(owner, revision));
  return deepEqual(restored.spec.template, owner.spec.template);
}

/** By number, then by age, then by name (Kubernetes `controller_history.go` byRevision). */
export const byRevision = (a: ControllerRevision, b: ControllerRevision): number =>
  a.revision - b.revision || oldestFirst(a, b);

/**
 * A revision of the template that a workload has. Its name is derived from that, so that two attempts make one revision.
 * `hashLabel`: the label that carries the hash.
 */
export function newRevision(
  owner: Revised,
  hashLabel: string,
  revision: number,
  collisionCount: number,
): ControllerRevision {
  const { name = '', namespace = '', annotations } = owner.metadata;
  const hash = podTemplateHash(owner.spec.template, collisionCount);
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name.slice(0, MOST_OF_THE_NAME)}-${hash}`,
      namespace,
      labels: { ...owner.spec.template.metadata?.labels, [hashLabel]: hash },
      ...(annotations ? { annotations } : {}),
      ownerReferences: [controllerReference(owner)],
    },
    data: revisionData(owner),
    revision,
  };
}
