import { addQuantities, compareQuantities, parseQuantity, type Quantity } from '../../values/quantity.ts';
import type { Container, PodSpec } from '../objects.data.ts';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

/** Only these count. */
const COUNTED = ['cpu', 'memory'] as const;

/**
 * The quality of service of a pod by what its containers ask for together (Kubernetes `pkg/apis/core/v1/helper/qos` ComputePodQOS): an
 * amount of zero does not count; Guaranteed needs both limits on every container, and requests equal to them in sum.
 */
export function qosClass({
  containers,
  initContainers,
}: Pick<PodSpec, 'containers' | 'initContainers'>): QosClass {
  // A pod that is being created has not been validated yet: the lists may be missing.
  const all = [...(containers ?? []), ...(initContainers ?? [])];
  const limited = all.every((one) => COUNTED.every((name) => amount(one, 'limits', name) !== undefined));
  const sums = COUNTED.map((name) => ({
    request: sum(all, 'requests', name),
    limit: sum(all, 'limits', name),
  }));
  if (sums.every(({ request, limit }) => request === undefined && limit === undefined)) return 'BestEffort';
  const equal = sums.every(
    ({ request, limit }) =>
      request !== undefined && limit !== undefined && compareQuantities(request, limit) === 0,
  );
  return limited && equal ? 'Guaranteed' : 'Burstable';
}

type Side = 'requests' | 'limits';

/** A limit alone is the request too, as defaulting sets it. Undefined for zero and for nothing. */
function amount({ resources }: Container, side: Side, name: (typeof COUNTED)[number]): Quantity | undefined {
  const text = resources?.[side]?.[name] ?? (side === 'requests' ? resources?.limits?.[name] : undefined);
  const quantity = text === undefined ? undefined : parseQuantity(text);
  return quantity && compareQuantities(quantity, ZERO) > 0 ? quantity : undefined;
}

function sum(
  containers: readonly Container[],
  side: Side,
  name: (typeof COUNTED)[number],
): Quantity | undefined {
  const amounts = containers.flatMap((container) => amount(container, side, name) ?? []);
  return amounts.length === 0 ? undefined : amounts.reduce(addQuantities);
}

const ZERO: Quantity = parseQuantity('0') as Quantity;
