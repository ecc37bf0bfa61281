import { rfc3339 } from '../../../base/clock.ts';
import type { APIService, EndpointSlice, Service } from '../../../kube/kinds/objects.data.ts';
import { isReady, type ServicePort } from '../kinds/serviceendpoints.ts';

/** What has been found of an APIService: its condition `Available`. */
export interface Finding {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

export const PASSED: Finding = { status: 'True', reason: 'Passed', message: 'all checks passed' };
/** Kubernetes would ask the service. */
export const SERVED_HERE: Finding = {
  status: 'True',
  reason: 'Local',
  message: 'this API server serves the group version itself, and does not ask the service',
};
export const failedDiscovery = (message: string): Finding => failed('FailedDiscoveryCheck', message);

/** Why nobody can be asked at the Service; `slices` are its own (kube-aggregator `controllers/status/remote/remote_available_controller.go`). */
export function obstacleAt(
  { namespace, name, port }: ServicePort,
  service: Service | undefined,
  slices: readonly EndpointSlice[],
): Finding | undefined {
  const where = `service/${name} in "${namespace}"`;
  if (!service) return failed('ServiceNotFound', `${where} is not present`);
  const servicePort = service.spec.ports?.find((one) => one.port === port);
  if (!servicePort) return failed('ServicePortError', `${where} is not listening on port ${port}`);
  if (slices.length === 0) return failed('EndpointsNotFound', `cannot find endpointslices for ${where}`);
  const portName = servicePort.name ?? '';
  const isThere = slices.some(
    ({ endpoints, ports }) =>
      endpoints?.some(isReady) &&
      ports?.some((one) => (one.name ?? '') === portName && one.port !== undefined),
  );
  const missing = `endpointslices for ${where} have no addresses with port name "${portName}"`;
  return isThere ? undefined : failed('MissingEndpoints', missing);
}

const failed = (reason: string, message: string): Finding => ({ status: 'False', reason, message });

/** The APIService with what has been found; undefined: it says so already. `now` in milliseconds since the epoch. */
export function withFinding(apiService: APIService, finding: Finding, now: number): APIService | undefined {
  const conditions = apiService.status?.conditions ?? [];
  const before = conditions.find(({ type }) => type === 'Available');
  if (
    before &&
    before.status === finding.status &&
    before.reason === finding.reason &&
    before.message === finding.message
  )
    return undefined;
  const since = before?.status === finding.status ? before.lastTransitionTime : undefined;
  const condition = { type: 'Available', ...finding, lastTransitionTime: since ?? rfc3339(now) };
  const others = conditions.filter(({ type }) => type !== 'Available');
  return { ...apiService, status: { ...apiService.status, conditions: [...others, condition] } };
}
