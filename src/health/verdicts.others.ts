import type { Condition, Service } from '../kube/objects.ts';
import type { KubeObject } from '../kube/types.ts';
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
/** The reason of one that serves at another address: told to its clients, so it is served. */
const SERVED_ELSEWHERE = 'ServedElsewhere';

/** Argo CD `health_service.go`; a port that could not be bound is told as a condition by the proxy. */
export function serviceVerdict(service: Service): Verdict {
  const unbound = service.status?.conditions?.find((c) => c.type === REACHABLE && c.status === 'False');
  if (unbound && unbound.reason !== SERVED_ELSEWHERE)
    return { state: 'Degraded', reason: unbound.reason ?? 'PortNotBound', ...said(unbound) };
  if (service.spec.type !== 'LoadBalancer') return { state: 'Healthy' };
  return addressVerdict(service as WithStatus);
}

/** LoadBalancer Services and Ingresses are well when they have an address (Argo CD `health_ingress.go`). */
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

/** Argo CD `health_hpa.go`: the failures that its controller reports as conditions. */
export function autoscalerVerdict(scaler: WithStatus): Verdict {
  const conditions = scaler.status?.conditions ?? [];
  const failing = conditions.find(
    (c) =>
      c.status === 'False' &&
      (c.type === 'AbleToScale' || c.type === 'ScalingActive') &&
      /^Failed|^InvalidSelector|^MissingScaleTarget/.test(c.reason ?? ''),
  );
  if (failing) return { state: 'Degraded', reason: failing.reason, ...said(failing) };
  if (conditions.some((c) => c.type === 'AbleToScale' && c.status === 'True')) return { state: 'Healthy' };
  return { state: 'Progressing', reason: 'Waiting', message: 'waiting to autoscale' };
}

export function definitionVerdict(crd: WithStatus): Verdict {
  const conditions = crd.status?.conditions ?? [];
  const refused = conditions.find((c) => c.type === 'NamesAccepted' && c.status === 'False');
  if (refused) return { state: 'Degraded', reason: refused.reason ?? 'NamesRefused', ...said(refused) };
  if (conditions.some((c) => c.type === 'Established' && c.status === 'True')) return { state: 'Healthy' };
  return { state: 'Progressing', reason: 'NotEstablished', message: 'the API server does not serve it yet' };
}

export function namespaceVerdict(namespace: WithStatus): Verdict {
  return namespace.status?.phase === 'Terminating'
    ? { state: 'Progressing', reason: 'Terminating', message: 'the namespace is being deleted' }
    : { state: 'Healthy' };
}

/** Any other kind: the conditions that kstatus (sigs.k8s.io/cli-utils `pkg/kstatus`) standardised. */
export function genericVerdict(object: WithStatus): Verdict {
  const { observedGeneration, conditions = [] } = object.status ?? {};
  if (observedGeneration !== undefined && observedGeneration < (object.metadata.generation ?? 0)) {
    return { state: 'Progressing', reason: 'GenerationLag', message: 'not observed yet' };
  }
  const by = (type: string) => conditions.find((c) => c.type === type);
  const stalled = by('Stalled');
  if (stalled?.status === 'True')
    return { state: 'Degraded', reason: stalled.reason ?? 'Stalled', ...said(stalled) };
  const reconciling = by('Reconciling');
  if (reconciling?.status === 'True') {
    return { state: 'Progressing', reason: reconciling.reason ?? 'Reconciling', ...said(reconciling) };
  }
  const ready = by('Ready');
  if (ready && ready.status !== 'True') {
    return { state: 'Progressing', reason: ready.reason ?? 'NotReady', ...said(ready) };
  }
  return { state: 'Healthy' };
}

const said = (condition: Condition): { message?: string } =>
  condition.message ? { message: condition.message } : {};
