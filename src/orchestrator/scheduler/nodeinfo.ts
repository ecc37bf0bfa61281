import type { Container, IntOrString, Node, Pod } from '../../kube/kinds/objects.data.ts';
import { milliValue, parseQuantity, wholeValue } from '../../kube/values/quantity.ts';

/** Amounts by resource name: cpu in millicores, everything else in whole units. */
export type Amounts = Readonly<Record<string, number>>;

/** A node as the scheduler sees it. */
export interface NodeInfo {
  readonly node: Node;
  readonly name: string;
  /** Pods that use its resources: bound or assumed, and not finished. */
  readonly pods: readonly Pod[];
  readonly allocatable: Amounts;
  readonly requested: Amounts;
}

export function nodeInfo(node: Node, pods: readonly Pod[]): NodeInfo {
  const running = pods.filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
  return {
    node,
    name: node.metadata.name ?? '',
    pods: running,
    allocatable: amounts(node.status?.allocatable ?? node.status?.capacity),
    requested: running.map(requestsOf).reduce(sum, {}),
  };
}

/**
 * The resources that a pod needs: the sum of its containers, or an init container that needs more, because those run before and alone;
 * and what its runtime itself uses (component-helpers `resource/helpers.go` PodRequests).
 */
export function requestsOf(pod: Pod): Amounts {
  const containers = pod.spec.containers.map(requestsOfContainer).reduce(sum, {});
  const started = (pod.spec.initContainers ?? []).map(requestsOfContainer).reduce(larger, containers);
  return sum(started, amounts(pod.spec.overhead));
}

/** A limit without a request also sets the request (core/v1 defaults). */
function requestsOfContainer({ resources }: Container): Amounts {
  return amounts({ ...resources?.limits, ...resources?.requests });
}

function amounts(quantities: Readonly<Record<string, IntOrString>> | undefined): Amounts {
  const entries = Object.entries(quantities ?? {}).flatMap(([resource, text]) => {
    const quantity = parseQuantity(text);
    if (!quantity) return [];
    return [[resource, resource === 'cpu' ? milliValue(quantity) : wholeValue(quantity)] as const];
  });
  return Object.fromEntries(entries);
}

function sum(a: Amounts, b: Amounts): Amounts {
  return combine(a, b, (x, y) => x + y);
}

function larger(a: Amounts, b: Amounts): Amounts {
  return combine(a, b, Math.max);
}

function combine(a: Amounts, b: Amounts, how: (x: number, y: number) => number): Amounts {
  const result: Record<string, number> = { ...a };
  for (const [resource, amount] of Object.entries(b)) result[resource] = how(result[resource] ?? 0, amount);
  return result;
}
