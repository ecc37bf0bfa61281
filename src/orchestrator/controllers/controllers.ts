import { onAbort } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { createEventRecorder } from '../../kube/client/events.ts';
import { serviceAccountUser } from '../../kube/client/serviceaccount.ts';
import { createCertificateController } from './certificates/controller.ts';
import { createClusterRoleAggregation } from './clusterroleaggregation/controller.ts';
import {
  type CertificateAuthority,
  type ControllerContext,
  createInformers,
  type Elsewhere,
  MANAGER,
} from './context.ts';
import { createCronJobController } from './cronjob/controller.ts';
import { createDaemonSetController } from './daemonset/controller.ts';
import { createDeploymentController } from './deployment/controller.ts';
import { createDisruptionController } from './disruption/controller.ts';
import { createEndpointsController } from './endpoints/controller.ts';
import { createEndpointSliceController } from './endpointslice/controller.ts';
import { createEndpointSliceMirroringController } from './endpointslicemirroring/controller.ts';
import { createGarbageCollector } from './garbage/controller.ts';
import { createHorizontalPodAutoscaler } from './horizontalpodautoscaler/controller.ts';
import { createJobController } from './job/controller.ts';
import { createJobOrphanController } from './job/orphans.ts';
import { createLocalPathProvisioner } from './localpath/controller.ts';
import { createNamespaceController } from './namespace.ts';
import { createNodeController } from './node/controller.ts';
import { createVolumeBinder } from './persistentvolume/controller.ts';
import { createPodGarbageCollector } from './podgc.ts';
import { createReplicaSetController, createReplicationManager } from './replicaset/controller.ts';
import { createResourceQuotaController } from './resourcequota/controller.ts';
import { createRootCaPublisher } from './rootca.ts';
import { createServiceAccountController } from './serviceaccount.ts';
import { createStatefulSetController } from './statefulset/controller.ts';
import {
  createAttributesClassProtection,
  createClaimProtection,
  createVolumeProtection,
} from './storageprotection/controller.ts';
import { createTokenSecretController } from './tokensecrets.ts';
import { createTtlController } from './ttlafterfinished.ts';

export interface ControllersOptions {
  /** Reads what the controllers share, records events, and may act as each of them. */
  readonly client: KubeClient;
  readonly authority: CertificateAuthority;
  readonly elsewhere: Elsewhere;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Controllers {
  start(signal: AbortSignal): void;
  /** Resolves when no reconciliation is running. */
  stop(): Promise<void>;
}

/**
 * Adding a controller is adding a row: its service account, whose rules the API server keeps (`api/auth/workers.data.ts`), and the
 * controller. They do not know each other: each reads caches and writes through the API with its own identity.
 */
const CONTROLLERS: Readonly<Record<string, (context: ControllerContext) => Controllers>> = {
  'deployment-controller': createDeploymentController,
  'replicaset-controller': createReplicaSetController,
  'replication-controller': createReplicationManager,
  'job-controller': (context) => together(createJobController(context), createJobOrphanController(context)),
  'ttl-after-finished-controller': createTtlController,
  'daemon-set-controller': createDaemonSetController,
  'statefulset-controller': createStatefulSetController,
  'cronjob-controller': createCronJobController,
  'horizontal-pod-autoscaler': createHorizontalPodAutoscaler,
  'endpointslice-controller': createEndpointSliceController,
  'endpoint-controller': createEndpointsController,
  'endpointslicemirroring-controller': createEndpointSliceMirroringController,
  'namespace-controller': createNamespaceController,
  'node-controller': createNodeController,
  'pod-garbage-collector': createPodGarbageCollector,
  'clusterrole-aggregation-controller': createClusterRoleAggregation,
  'generic-garbage-collector': createGarbageCollector,
  'service-account-controller': createServiceAccountController,
  'root-ca-cert-publisher': createRootCaPublisher,
  'disruption-controller': createDisruptionController,
  'tokens-controller': createTokenSecretController,
  'resourcequota-controller': createResourceQuotaController,
  'certificate-controller': createCertificateController,
  'persistent-volume-binder': createVolumeBinder,
  'local-path-provisioner': createLocalPathProvisioner,
  'pvc-protection-controller': createClaimProtection,
  'pv-protection-controller': createVolumeProtection,
  'volumeattributesclass-protection-controller': createAttributesClassProtection,
};

/** Two that share an account. */
const together = (...controllers: readonly Controllers[]): Controllers => ({
  start(signal) {
    for (const controller of controllers) controller.start(signal);
  },
  async stop() {
    await Promise.all(controllers.map((controller) => controller.stop()));
  },
});

export function createControllers({
  client,
  authority,
  elsewhere,
  clock,
  logger,
}: ControllersOptions): Controllers {
  const recorder = createEventRecorder({ client, clock, logger, component: MANAGER });
  const informers = createInformers(client, clock, logger);
  const shared = { reader: client, authority, clock, logger, informers, record: recorder.record };
  const controllers = Object.entries(CONTROLLERS).map(([account, create]) => {
    const user = serviceAccountUser('kube-system', account);
    const everywhere = { ...elsewhere, client: elsewhere.client.as(user) };
    return create({ ...shared, client: client.as(user), elsewhere: everywhere });
  });
  const lifetime = new AbortController();
  return {
    start(signal) {
      onAbort(signal, (reason) => lifetime.abort(reason));
      for (const controller of controllers) controller.start(lifetime.signal);
    },
    async stop() {
      await Promise.all(controllers.map((controller) => controller.stop()));
      // The caches stop last: a running reconciliation reads them.
      lifetime.abort(new Error('the controllers stop'));
    },
  };
}
