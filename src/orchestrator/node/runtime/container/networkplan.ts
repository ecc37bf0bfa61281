import { type Ipv4Range, nthOf, overlap, partsOf } from '../../../../base/ipv4range.ts';
import type { PodNetwork } from '../spec.ts';

/** A network of the engine for the pods of one node. Its pods, and all that they reach in it, are neighbours: no route leads through the node. */
export interface NetworkPlan extends PodNetwork {
  /** Of the whole. */
  readonly subnet: Ipv4Range;
  readonly gateway: string;
  /** Stands for what the relay listens on beside its own address. */
  readonly relayed: Ipv4Range;
}

/** Private addresses (RFC 1918) of which engines and home networks rarely take any; a loopback range of the node has as many as a quarter. */
const FIRST = 4;
const POOL = partsOf('10.0.0.0/8', 6).slice(FIRST);

/** Of the addresses of pods, which engines give out from the first one on. They give none that is not in that range, not even one that is asked for. */
const RELAY = 65_534;

/** Networks that overlap with none of `busy`, in the order in which they are to be tried; `start` is any whole number. */
export function networkPlans(busy: readonly Ipv4Range[], start: number): readonly NetworkPlan[] {
  const from = start % POOL.length;
  return [...POOL.slice(from), ...POOL.slice(0, from)]
    .filter((subnet) => !busy.some((one) => overlap(one, subnet)))
    .map(planOf);
}

function planOf(subnet: Ipv4Range): NetworkPlan {
  const [pods = '', , processes = '', services = ''] = partsOf(subnet, 2);
  const [, relayed = ''] = partsOf(subnet, 1);
  return { subnet, gateway: nthOf(pods, 1), pods, relay: nthOf(pods, RELAY), relayed, processes, services };
}
