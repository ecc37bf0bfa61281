import { type Amounts, addAmounts, amountsOf, largestAmounts, selectAmounts } from '../../values/amounts.ts';
import type { Container, PodSpec } from '../objects.data.ts';
import { isSidecar } from './sidecars.ts';

export type Side = 'requests' | 'limits';

/**
 * What a pod asks for, or is limited to, without its overhead (Kubernetes `component-helpers/resource/helpers.go` PodRequests, PodLimits):
 * its containers together, or an init container that needs more beside the sidecars that were started before it; the pod's own resources
 * go before both.
 */
export function podAmounts(spec: PodSpec, side: Side): Amounts {
  const of = ({ resources }: Container): Amounts => amountsOf(resources?.[side]);
  let running = (spec.containers ?? []).map(of).reduce(addAmounts, {});
  let sidecars: Amounts = {};
  let starting: Amounts = {};
  for (const container of spec.initContainers ?? []) {
    const own = of(container);
    const isBeside = isSidecar(container);
    if (isBeside) running = addAmounts(running, own);
    const needed = addAmounts(sidecars, own);
    if (isBeside) sidecars = needed;
    starting = largestAmounts(starting, needed);
  }
  return { ...largestAmounts(running, starting), ...podLevel(spec, side) };
}

const podLevel = ({ resources }: PodSpec, side: Side): Amounts =>
  selectAmounts(amountsOf(resources?.[side]), isPodLevel);

/** Resources that can be given to a pod as a whole (KEP-2837). */
export const isPodLevel = (name: string): boolean =>
  name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');

/** With what the runtime itself uses (KEP-688): of limits, only of those that there are. */
export function chargedAmounts(spec: PodSpec, side: Side): Amounts {
  const amounts = podAmounts(spec, side);
  const overhead = amountsOf(spec.overhead);
  return addAmounts(
    amounts,
    side === 'requests' ? overhead : selectAmounts(overhead, (name) => amounts[name] !== undefined),
  );
}
