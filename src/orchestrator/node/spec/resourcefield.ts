import type { Container, Pod } from '../../../kube/kinds/objects.data.ts';
import { milliValue, parseQuantity } from '../../../kube/values/quantity.ts';

interface ResourceField {
  /** `limits.memory` */
  readonly resource: string;
  readonly containerName?: string;
  readonly divisor?: string | number;
}

interface Place {
  readonly pod: Pod;
  /** Allocatable of the node: a resource without limit is as large as that. */
  readonly nodeResources: Readonly<Record<string, string>>;
}

/**
 * A resource of a container in units of the divisor, rounded up (Kubernetes `pkg/api/v1/resource` ExtractContainerResourceValue). `self` is
 * the container that asks, where the reference names none.
 */
export function resourceFieldOf({ pod, nodeResources }: Place, ref: ResourceField, self?: Container): string {
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  const container = all.find(({ name }) => name === ref.containerName) ?? self;
  const [list, resource = ''] = ref.resource.split('.', 2);
  const { limits, requests } = container?.resources ?? {};
  const given =
    list === 'limits'
      ? (limits?.[resource] ?? nodeResources[resource])
      : (requests?.[resource] ?? limits?.[resource]);
  const amount = milliOf(given ?? '0');
  const unit = milliOf(ref.divisor ?? '0') || 1000;
  return String(Math.ceil(amount / unit));
}

function milliOf(text: string | number): number {
  const quantity = parseQuantity(String(text));
  return quantity ? Number(milliValue(quantity)) : 0;
}
