import { parseIp } from '../../../base/ip.ts';
import { isInRange } from '../../../base/ipv4range.ts';
import { API } from '../apiroute.ts';
import { type Backend, type Route, routeKey } from '../route.ts';
import type { Behind } from './fronts.ts';
import type { ContainerRanges, NodeRanges } from './ranges.ts';

export interface Surroundings {
  readonly node: NodeRanges;
  readonly containers: ContainerRanges;
  /** A pod of this node; undefined: there is no such one. */
  readonly podOf: (uid: string) => { readonly namespace: string; readonly address: string } | undefined;
}

/**
 * Whether the agent, or the relay, connects a client in a container to a backend. Whoever may write EndpointSlices may name any address in one: of
 * what only the node itself reaches, where programs listen that trust whoever reaches them, these are pods and the API alone. And no Service
 * leads back to a Service.
 */
export function mayReach(
  { host, port, podUid, elsewhere }: Backend,
  behind: Behind,
  around: Surroundings,
): boolean {
  const { node, containers, podOf } = around;
  if (
    host === containers.relay ||
    [containers.services, containers.processes].some((range) => isInRange(host, range))
  )
    return false;
  if (behind.type === 'pod') return !isOfNodeAlone(host) || isInRange(host, node.processes);
  return isOffered({ host, port, podUid, ...(elsewhere ? { elsewhere } : {}) }, behind, {
    processes: node.processes,
    podOf,
  });
}

/** The same for who comes from outside, by an Ingress. */
export function isOffered(
  { host, podUid, elsewhere }: Backend,
  service: Pick<Route, 'namespace' | 'service' | 'portName'>,
  { processes, podOf }: Pick<Surroundings, 'podOf'> & Pick<NodeRanges, 'processes'>,
): boolean {
  // A node on another machine sees for itself whether the pod has that address; one on this machine gives its pods no other.
  if (elsewhere || !isOfNodeAlone(host) || isInRange(host, processes)) return true;
  const pod = podOf(podUid);
  return (
    routeKey(service) === routeKey(API) || (pod?.address === host && pod.namespace === service.namespace)
  );
}

/** Loopback, and "this host" (RFC 6890), which leads there too; of IPv6 also those that stand for addresses of IPv4. True for what is no address. */
function isOfNodeAlone(address: string): boolean {
  const bytes = parseIp(address);
  if (!bytes) return true;
  return bytes.length === 4
    ? bytes[0] === 127 || bytes[0] === 0
    : bytes.slice(0, 10).every((byte) => byte === 0);
}
