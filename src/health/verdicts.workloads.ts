import type { Deployment, ReplicaSet } from '../kube/kinds/objects.data.ts';
import type { Condition } from '../kube/values/condition.ts';
import type { KubeObject } from '../kube/values/types.ts';
import { explainWorkload, isStuck } from './causes.ts';
import type { Verdict } from './verdict.ts';
import { newestReplicaSet, type Related } from './verdicts.related.ts';

/** The numbers in the status of StatefulSets, DaemonSets and Jobs that the rules read. */
interface Counted extends KubeObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly suspend?: boolean;
    readonly updateStrategy?: { type?: string; rollingUpdate?: { partition?: number } };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly readyReplicas?: number;
    readonly updatedReplicas?: number;
    readonly currentRevision?: string;
    readonly updateRevision?: string;
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberAvailable?: number;
    readonly conditions?: readonly Condition[];
  };
}

/** Argo CD `health_deployment.go`; failed creation is read at once (argo-cd #16720), a crash after the rollout is Degraded. */
export function deploymentVerdict(deployment: Deployment, related: Related): Verdict {
  const { spec, status = {} } = deployment;
  if (spec.paused) return { state: 'Suspended', reason: 'Paused', message: 'the rollout is paused' };
  if (lags(deployment)) return PENDING;
  const cause = explainWorkload(deployment, related);
  const blocked =
    failedCreate(status.conditions) ??
    failedCreate(newestReplicaSet(deployment, related)?.status?.conditions);
  if (blocked) return blocked;
  const progressing = status.conditions?.find((c) => c.type === 'Progressing');
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0 } = status;
  const wanted = spec.replicas ?? 1;
  // Available pods of the deployment may be old: only the newest replica set tells how the newest template is doing.
  const available = Math.min(
    newestReplicaSet(deployment, related)?.status?.availableReplicas ?? availableReplicas,
    updatedReplicas,
  );
  const counts = `pods ${available}/${wanted} ready`;
  if (progressing?.reason === 'ProgressDeadlineExceeded') {
    return degraded(
      'ProgressDeadlineExceeded',
      cause ?? progressing.message ?? 'no progress within the deadline',
    );
  }
  if (cause && isStuck(deployment, related)) return degraded('PodsFailing', `${counts}: ${cause}`);
  if (updatedReplicas < wanted)
    return advancing('Updating', `${updatedReplicas} of ${wanted} replicas updated`, cause);
  if (available < updatedReplicas) {
    const crashed =
      progressing?.reason === 'NewReplicaSetAvailable' && /BackOff|exit code|killed by/.test(cause ?? '');
    return crashed ? degraded('PodsFailing', `${counts}: ${cause}`) : advancing('Unavailable', counts, cause);
  }
  if (replicas > updatedReplicas)
    return advancing(
      'OldReplicas',
      `${replicas - updatedReplicas} of the old replicas still stopping`,
      undefined,
    );
  if (availableReplicas < updatedReplicas) return advancing('Unavailable', counts, cause);
  return { state: 'Healthy', message: counts };
}

export function replicaSetVerdict(set: ReplicaSet, related: Related): Verdict {
  if (lags(set)) return PENDING;
  const blocked = failedCreate(set.status?.conditions);
  if (blocked) return blocked;
  const { spec, status } = set;
  const wanted = spec.replicas ?? 1;
  const available = status?.availableReplicas ?? 0;
  if (available < wanted) return unavailable(set, related, `pods ${available}/${wanted} ready`);
  return { state: 'Healthy' };
}

/** Argo CD `health_statefulset.go`. */
export function statefulSetVerdict(set: Counted, related: Related): Verdict {
  if (lags(set)) return PENDING;
  const { status = {}, spec = {} } = set;
  const wanted = spec.replicas ?? 1;
  const cause = explainWorkload(set, related);
  const ready = status.readyReplicas ?? 0;
  if (ready < wanted) return unavailable(set, related, `pods ${ready}/${wanted} ready`);
  if (spec.updateStrategy?.type === 'OnDelete') return { state: 'Healthy' };
  const updated = status.updatedReplicas ?? 0;
  // Pods below the partition keep the old revision on purpose: the update is complete when the others have the new one.
  const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  if (partition > 0) {
    const due = Math.max(0, wanted - partition);
    return updated >= due
      ? {
          state: 'Healthy',
          message: `${updated} of ${wanted} replicas updated, as far as the partition asks`,
        }
      : advancing('Updating', `${updated} of the ${due} replicas above the partition updated`, cause);
  }
  if (status.updateRevision !== undefined && status.updateRevision !== status.currentRevision) {
    return advancing('Updating', `${updated} of ${wanted} replicas updated`, cause);
  }
  return { state: 'Healthy', message: `pods ${ready}/${wanted} ready` };
}

/** Argo CD `health_daemonset.go`. */
export function daemonSetVerdict(set: Counted, related: Related): Verdict {
  if (lags(set)) return PENDING;
  const { status = {}, spec = {} } = set;
  const wanted = status.desiredNumberScheduled ?? 0;
  if (spec.updateStrategy?.type === 'OnDelete') return { state: 'Healthy' };
  const updated = status.updatedNumberScheduled ?? 0;
  const available = status.numberAvailable ?? 0;
  const cause = explainWorkload(set, related);
  if (updated < wanted) return advancing('Updating', `${updated} of ${wanted} nodes updated`, cause);
  if (available < wanted) return unavailable(set, related, `pods ${available}/${wanted} ready`);
  return { state: 'Healthy' };
}

/** Argo CD `health_job.go`. */
export function jobVerdict(job: Counted, related: Related): Verdict {
  const conditions = job.status?.conditions ?? [];
  const failed = conditions.find((c) => c.type === 'Failed' && c.status === 'True');
  if (failed) {
    return degraded(
      failed.reason ?? 'Failed',
      explainWorkload(job, related) ?? failed.message ?? 'the job failed',
    );
  }
  if (conditions.some((c) => c.type === 'Complete' && c.status === 'True')) return { state: 'Healthy' };
  if (job.spec?.suspend) return { state: 'Suspended', reason: 'Suspended' };
  return advancing('Running', 'the job has not finished', explainWorkload(job, related));
}

const PENDING: Verdict = { state: 'Progressing', reason: 'GenerationLag', message: 'not observed yet' };

/** The controller has not observed this generation yet, so the status describes an older one. */
function lags(object: KubeObject): boolean {
  const status = object.status as { observedGeneration?: number } | undefined;
  return (object.metadata.generation ?? 0) > (status?.observedGeneration ?? 0);
}

/** Refusals by quota and admission do not resolve by waiting for a deadline (argo-cd #16720). */
function failedCreate(conditions: readonly Condition[] | undefined): Verdict | undefined {
  const failure = conditions?.find((c) => c.type === 'ReplicaFailure' && c.status === 'True');
  return failure && degraded(failure.reason ?? 'FailedCreate', failure.message ?? 'pods cannot be created');
}

function unavailable(set: KubeObject, related: Related, counts: string): Verdict {
  const cause = explainWorkload(set, related);
  if (cause && isStuck(set, related)) return degraded('PodsFailing', `${counts}: ${cause}`);
  return advancing('Unavailable', counts, cause);
}

const degraded = (reason: string, message: string): Verdict => ({ state: 'Degraded', reason, message });

const advancing = (reason: string, counts: string, cause: string | undefined): Verdict => ({
  state: 'Progressing',
  reason,
  message: cause ? `${counts}: ${cause}` : counts,
});
