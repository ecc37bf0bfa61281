import { INGRESS_PROBLEMS } from '../kube/kinds/ingresses/words.ts';
import type { ResourceQuota, Service } from '../kube/kinds/objects.data.ts';
import type { Condition } from '../kube/values/condition.ts';
import type { KubeObject } from '../kube/values/types.ts';
import type { Verdict } from './verdict.ts';

interface WithStatus extends KubeObject {
  readonly status?: {
    readonly phase?: string;
    readonly observedGeneration?: number;
    readonly conditions?: readonly Condition[];
    readonly loadBalancer?: { readonly ingress?: readonly unknown[] | null };
  };
}

/** The proxy's condition about the ports of a Service (`orchestrator/network/report.ts`). */
const REACHABLE = 'pilotage.dev/Reachable';
/** The reason when a Service is reachable at another address, which its clients are given: it is served. */
const SERVED_ELSEWHERE = 'ServedElsewhere';

/** Argo CD `health_service.go`; a port that could not be bound is reported by the proxy as a condition. */
export function serviceVerdict(service: Service): Verdict {
  const unbound = service.status?.conditions?.find((c) => c.type === REACHABLE && c.status === 'False');
  if (unbound && unbound.reason !== SERVED_ELSEWHERE)
    return { state: 'Degraded', reason: unbound.reason ?? 'PortNotBound', ...said(unbound) };
  if (service.spec.type !== 'LoadBalancer') return { state: 'Healthy' };
  return addressVerdict(service as WithStatus);
}

/** Served, and every part of it (`orchestrator/network/ingress/findings.ts` says what is not, as `Reason: sentence`). */
export function ingressVerdict(ingress: WithStatus): Verdict {
  const problems = ingress.metadata.annotations?.[INGRESS_PROBLEMS];
  const [, reason = '', message = ''] = /^([A-Z]\w*): (.*)$/s.exec(problems ?? '') ?? [];
  return reason === '' ? addressVerdict(ingress) : { state: 'Degraded', reason, message };
}

/** LoadBalancer Services and Ingresses are healthy when they have an address (Argo CD `health_ingress.go`). */
export function addressVerdict(object: WithStatus): Verdict {
  const ingress = object.status?.loadBalancer?.ingress ?? [];
  return ingress.length > 0
    ? { state: 'Healthy' }
    : { state: 'Progressing', reason: 'AddressPending', message: 'no address has been assigned yet' };
}

/** Argo CD `health_pvc.go`. */
export function claimVerdict(claim: WithStatus): Verdict {
  const phase = claim.status?.phase;
  if (phase === 'Bound') return { state: 'Healthy' };
  if (phase === 'Lost')
    return { state: 'Degraded', reason: 'Lost', message: 'the volume behind the claim is gone' };
  return { state: 'Progressing', reason: phase ?? 'Pending', message: 'the claim waits for a volume' };
}

/** Devices are allocated when a pod asks for them: until then nothing is missing. */
export function deviceClaimVerdict(claim: KubeObject): Verdict {
  const { allocation } = (claim.status ?? {}) as { readonly allocation?: object };
  return { state: 'Healthy', message: allocation ? 'allocated' : 'allocated when a pod uses it' };
}

/** A volume that nobody claims yet is as well as one that is claimed. */
export function volumeVerdict(
  volume: WithStatus & { readonly status?: { readonly message?: string } },
): Verdict {
  const { phase, message } = volume.status ?? {};
  if (phase === 'Available' || phase === 'Bound' || phase === 'Released') return { state: 'Healthy' };
  if (phase === 'Failed')
    return { state: 'Degraded', reason: 'Failed', message: message ?? 'the volume could not be reclaimed' };
  return { state: 'Progressing', reason: 'Pending', message: 'the volume is not available yet' };
}

/** A quota is in force once what it limits has been counted. */
export function quotaVerdict(quota: ResourceQuota): Verdict {
  const { hard = {} } = quota.spec ?? {};
  const counted = quota.status?.hard ?? {};
  return Object.entries(hard).every(([name, amount]) => counted[name] === amount)
    ? { state: 'Healthy' }
    : { state: 'Progressing', reason: 'NotCounted', message: 'what is used has not been counted yet' };
}

/** Where autoscaling/v1 keeps the conditions that later versions have in their status, as JSON. */
const V1_CONDITIONS = 'autoscaling.alpha.kubernetes.io/conditions';

/** Argo CD `health_hpa.go`: the failures that its controller reports as conditions. */
export function autoscalerVerdict(scaler: WithStatus): Verdict {
  const conditions = scaler.status?.conditions ?? conditionsIn(scaler.metadata.annotations?.[V1_CONDITIONS]);
  const failing = conditions.find(
    (c) =>
      c.status === 'False' &&
      (c.type === 'AbleToScale' || c.type === 'ScalingActive') &&
      /^Failed|^InvalidSelector|^AmbiguousSelector|^MissingScaleTarget/.test(c.reason ?? ''),
  );
  if (failing) return { state: 'Degraded', reason: failing.reason, ...said(failing) };
  const able = conditions.some(
    (c) => (c.type === 'AbleToScale' || c.type === 'ScalingLimited') && c.status === 'True',
  );
  if (able) return { state: 'Healthy' };
  return { state: 'Progressing', reason: 'Waiting', message: 'waiting to autoscale' };
}

/** An annotation may hold any text: anything but a list of conditions is ignored. */
function conditionsIn(text: string | undefined): readonly Condition[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value.filter((one) => typeof one === 'object' && one !== null) : [];
  } catch {
    return [];
  }
}

export function definitionVerdict(crd: WithStatus): Verdict {
  const is = (type: string, status: string) =>
    crd.status?.conditions?.find((c) => c.type === type && c.status === status);
  // A schema that is not structural is neither defaulted nor pruned by, and v1 would not take it (KEP-1111).
  const bad = is('NamesAccepted', 'False') ?? is('NonStructuralSchema', 'True');
  if (bad) return { state: 'Degraded', reason: bad.reason ?? bad.type, ...said(bad) };
  if (is('Terminating', 'True')) return { state: 'Progressing', reason: 'Terminating' };
  if (is('Established', 'True')) return { state: 'Healthy' };
  return { state: 'Progressing', reason: 'NotEstablished', message: 'the API server does not serve it yet' };
}

/** Argo CD `health_apiservice.go`: an aggregated API that does not answer yet is Progressing. */
export function apiServiceVerdict(service: WithStatus): Verdict {
  const available = service.status?.conditions?.find((c) => c.type === 'Available');
  if (available?.status === 'True') return { state: 'Healthy' };
  return {
    state: 'Progressing',
    reason: available?.reason ?? 'Waiting',
    message: available?.message ?? 'its availability has not been checked yet',
  };
}

/** A budget whose pods the controller could not count protects nothing. */
export function disruptionBudgetVerdict({ status, metadata }: WithStatus): Verdict {
  if (status === undefined || (status.observedGeneration ?? 0) < (metadata.generation ?? 0)) {
    return { state: 'Progressing', reason: 'GenerationLag', message: 'not observed yet' };
  }
  const failed = status.conditions?.find((c) => c.type === 'DisruptionAllowed' && c.reason === 'SyncFailed');
  if (failed) return { state: 'Degraded', reason: 'SyncFailed', ...said(failed) };
  // Blocking disruptions is what a budget is for (argo-cd #20171): the workload of the pods says whether they are healthy.
  return { state: 'Healthy' };
}

interface Scheduled extends KubeObject {
  readonly spec?: { readonly suspend?: boolean };
  readonly status?: {
    readonly active?: readonly unknown[];
    readonly lastScheduleTime?: string;
    readonly lastSuccessfulTime?: string;
  };
}

/**
 * By the outcome of the last run (Argo CD `resource_customizations/batch/CronJob`). A suspended schedule, one that has not run yet and a running
 * job are healthy: the environment must not leave Healthy at every run.
 */
export function cronJobVerdict({ spec, status = {} }: Scheduled): Verdict {
  if (spec?.suspend) return { state: 'Healthy', message: 'the schedule is suspended' };
  const { active, lastScheduleTime, lastSuccessfulTime } = status;
  if ((active ?? []).length > 0 || !lastScheduleTime) return { state: 'Healthy' };
  return lastSuccessfulTime && Date.parse(lastSuccessfulTime) >= Date.parse(lastScheduleTime)
    ? { state: 'Healthy' }
    : {
        state: 'Degraded',
        reason: 'LastRunFailed',
        message: `the run of ${lastScheduleTime} did not succeed`,
      };
}

export function namespaceVerdict(namespace: WithStatus): Verdict {
  return namespace.status?.phase === 'Terminating'
    ? { state: 'Progressing', reason: 'Terminating', message: 'the namespace is being deleted' }
    : { state: 'Healthy' };
}

const said = (condition: Condition): { message?: string } =>
  condition.message ? { message: condition.message } : {};
