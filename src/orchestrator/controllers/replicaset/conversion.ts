import type { Informer } from '../../../kube/client/informer.ts';
import type { PodTemplateSpec, ReplicaSet, ReplicationController } from '../../../kube/kinds/objects.data.ts';
import { REPLICA_SETS, REPLICATION_CONTROLLERS } from '../../../kube/kinds/resources.data.ts';
import type { KubeObject, Resource } from '../../../kube/values/types.ts';
import type { Informers } from '../context.ts';

/** A kind whose objects the controller of ReplicaSets runs: it reads each as a ReplicaSet, and writes its status back as what it is. */
export interface RunKind<T extends KubeObject> {
  /** Of the controller, in logs. */
  readonly name: string;
  readonly resource: Resource<T>;
  readonly informer: Informer<T>;
  /** `apiVersion` and `kind` stay those of the object: owner references and events name it. */
  readonly read: (object: T) => ReplicaSet;
  readonly write: (replicaSet: ReplicaSet) => T;
}

export const ofReplicaSets = ({ replicaSets }: Informers): RunKind<ReplicaSet> => ({
  name: 'replicaset',
  resource: REPLICA_SETS,
  informer: replicaSets,
  read: (replicaSet) => replicaSet,
  write: (replicaSet) => replicaSet,
});

export const ofReplicationControllers = ({
  replicationControllers,
}: Informers): RunKind<ReplicationController> => ({
  name: 'replicationmanager',
  resource: REPLICATION_CONTROLLERS,
  informer: replicationControllers,
  read: asReplicaSet,
  write: asReplicationController,
});

/** Validation demands one; the type does not. */
const NO_TEMPLATE: PodTemplateSpec = { spec: { containers: [] } };

/** The selector of a ReplicationController is labels alone (Kubernetes `pkg/apis/core/v1/conversion.go`). */
export function asReplicaSet(controller: ReplicationController): ReplicaSet {
  const { selector = {}, template = NO_TEMPLATE, ...rest } = controller.spec ?? {};
  return { ...controller, spec: { ...rest, selector: { matchLabels: selector }, template } };
}

export function asReplicationController({ spec, ...rest }: ReplicaSet): ReplicationController {
  return { ...rest, spec: { ...spec, selector: spec.selector.matchLabels ?? {} } };
}
