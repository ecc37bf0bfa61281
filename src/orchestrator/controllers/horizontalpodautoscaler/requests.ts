import type { Container, Pod } from '../../../kube/kinds/objects.data.ts';
import { isPodLevel, podAmounts } from '../../../kube/kinds/podspec/amounts.ts';
import { runningContainers } from '../../../kube/kinds/podspec/sidecars.ts';
import { milliValue } from '../../../kube/values/quantity.ts';
import { isProblem, milliOf, type Problematic } from './measured.ts';

/**
 * What each pod asks for of a resource, in thousandths, by name: one container of it, else the pod as a whole, else all its containers
 * together, sidecars included (Kubernetes `podautoscaler/replica_calculator.go` calculateRequests).
 */
export function podRequests(
  pods: readonly Pod[],
  resource: string,
  container: string,
): Problematic<ReadonlyMap<string, number>> {
  const requests = new Map<string, number>();
  for (const pod of pods) {
    const isWhole = container === '' && Object.keys(pod.spec.resources?.requests ?? {}).some(isPodLevel);
    const request = isWhole ? wholePod(pod, resource) : containersOf(pod, resource, container);
    if (isProblem(request)) return request;
    requests.set(nameOf(pod), request);
  }
  return requests;
}

const nameOf = ({ metadata }: Pod): string => metadata.name ?? '';

function wholePod(pod: Pod, resource: string): Problematic<number> {
  const request = podAmounts(pod.spec, 'requests')[resource];
  return request
    ? milliValue(request)
    : { problem: `missing pod-level request for ${resource} in Pod ${nameOf(pod)}` };
}

function containersOf(pod: Pod, resource: string, container: string): Problematic<number> {
  const all = runningContainers(pod.spec);
  const meant = container === '' ? all : all.filter(({ name }) => name === container);
  if (meant.length === 0) return { problem: `container ${container} not found in Pod ${nameOf(pod)}` };
  const without = meant.find((one) => requestOf(one, resource) === undefined);
  if (without)
    return { problem: `missing request for ${resource} in container ${without.name} of Pod ${nameOf(pod)}` };
  return meant.reduce((sum, one) => sum + (requestOf(one, resource) ?? 0), 0);
}

const requestOf = ({ resources }: Container, resource: string): number | undefined =>
  milliOf(resources?.requests?.[resource]);
