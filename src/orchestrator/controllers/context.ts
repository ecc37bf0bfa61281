import type { ParsedCertificateRequest } from '../../base/certificaterequest.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { KubeClient, User } from '../../kube/client/client.ts';
import { createInformer, type Informer } from '../../kube/client/informer.ts';
import type {
  ClusterRole,
  ControllerRevision,
  CronJob,
  DaemonSet,
  Deployment,
  EndpointSlice,
  Endpoints,
  Job,
  Lease,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  ReplicaSet,
  ReplicationController,
  Service,
  ServiceAccount,
  StatefulSet,
  StorageClass,
  VolumeAttributesClass,
} from '../../kube/kinds/objects.data.ts';
import {
  CLUSTER_ROLES,
  CONTROLLER_REVISIONS,
  CRON_JOBS,
  DAEMON_SETS,
  DEPLOYMENTS,
  ENDPOINT_SLICES,
  ENDPOINTS,
  JOBS,
  LEASES,
  NAMESPACES,
  NODES,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  PODS,
  REPLICA_SETS,
  REPLICATION_CONTROLLERS,
  SERVICE_ACCOUNTS,
  SERVICES,
  STATEFUL_SETS,
  STORAGE_CLASSES,
  VOLUME_ATTRIBUTES_CLASSES,
} from '../../kube/kinds/resources.data.ts';
import type { JsonObject, KubeObject, Resource } from '../../kube/values/types.ts';
import type { Emptying } from './namespaceconditions.ts';

/** Reports what was done to an object, as a Kubernetes Event. */
export type RecordEvent = (
  about: KubeObject,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
) => void;

/** The field manager of all built-in controllers, as Kubernetes names its own. */
export const MANAGER = 'kube-controller-manager';

/** Caches that the controllers share: one list and watch for each kind. */
export interface Informers {
  readonly namespaces: Informer<Namespace>;
  readonly nodes: Informer<Node>;
  readonly leases: Informer<Lease>;
  readonly pods: Informer<Pod>;
  readonly replicaSets: Informer<ReplicaSet>;
  readonly replicationControllers: Informer<ReplicationController>;
  readonly deployments: Informer<Deployment>;
  readonly jobs: Informer<Job>;
  readonly cronJobs: Informer<CronJob>;
  readonly statefulSets: Informer<StatefulSet>;
  readonly daemonSets: Informer<DaemonSet>;
  readonly revisions: Informer<ControllerRevision>;
  readonly services: Informer<Service>;
  readonly slices: Informer<EndpointSlice>;
  readonly endpoints: Informer<Endpoints>;
  readonly clusterRoles: Informer<ClusterRole>;
  readonly serviceAccounts: Informer<ServiceAccount>;
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly volumes: Informer<PersistentVolume>;
  readonly storageClasses: Informer<StorageClass>;
  readonly attributesClasses: Informer<VolumeAttributesClass>;
}

/** The cluster's own certificate authority. */
export interface CertificateAuthority {
  /** PEM. */
  readonly certificate: string;
  /** A certificate for what has been judged, PEM; times are milliseconds since 1970. It never outlives the authority. */
  sign(
    request: ParsedCertificateRequest,
    terms: {
      /** As a CertificateSigningRequest lists them. */
      readonly usages: readonly string[];
      readonly notBefore: number;
      readonly notAfter: number;
    },
  ): string;
}

/** Objects that other API servers of the cluster hold. */
export interface Elsewhere {
  /** Of the same identity, for the kinds of all servers, this one's too. It rejects soon where another does not answer. */
  readonly client: KubeClient;
  /** Whether a version of a group is another server's, and that has answered when it was asked last. */
  isReachable(group: string, version: string): boolean;
  /** Deletes those of a namespace, and tells what is left. Never rejects. */
  emptyNamespace(namespace: string): Promise<Emptying>;
  /** What a server says at a path below a version of the group, `namespaces/shop/ships`; undefined: nobody serves it. Rejects with what went wrong. */
  read(group: string, path: string, user: User): Promise<JsonObject | undefined>;
}

/** What every controller is given. */
export interface ControllerContext {
  readonly client: KubeClient;
  /** For caches of its own: the identity that all controllers read with. */
  readonly reader: KubeClient;
  readonly authority: CertificateAuthority;
  readonly elsewhere: Elsewhere;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly record: RecordEvent;
  readonly informers: Informers;
}

export function createInformers(client: KubeClient, clock: Clock, logger: Logger): Informers {
  const of = <T extends KubeObject>(resource: Resource<T>) =>
    createInformer({ client, resource, clock, logger });
  return {
    namespaces: of(NAMESPACES),
    nodes: of(NODES),
    leases: of(LEASES),
    pods: of(PODS),
    replicaSets: of(REPLICA_SETS),
    replicationControllers: of(REPLICATION_CONTROLLERS),
    deployments: of(DEPLOYMENTS),
    jobs: of(JOBS),
    cronJobs: of(CRON_JOBS),
    statefulSets: of(STATEFUL_SETS),
    daemonSets: of(DAEMON_SETS),
    revisions: of(CONTROLLER_REVISIONS),
    services: of(SERVICES),
    slices: of(ENDPOINT_SLICES),
    endpoints: of(ENDPOINTS),
    clusterRoles: of(CLUSTER_ROLES),
    serviceAccounts: of(SERVICE_ACCOUNTS),
    claims: of(PERSISTENT_VOLUME_CLAIMS),
    volumes: of(PERSISTENT_VOLUMES),
    storageClasses: of(STORAGE_CLASSES),
    attributesClasses: of(VOLUME_ATTRIBUTES_CLASSES),
  };
}
