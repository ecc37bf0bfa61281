import type { Pod, Service } from '../../../kube/kinds/objects.data.ts';

/** Whether a pod is behind a Service. */
export function selects(service: Service, pod: Pod): boolean {
  const wanted = Object.entries(service.spec.selector ?? {});
  const labels = pod.metadata.labels ?? {};
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}
