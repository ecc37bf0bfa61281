import { type Ipv4Range, isInRange, rebased } from '../../../base/ipv4range.ts';
import type { View } from '../dns/answer.ts';

/**
 * The addresses of containers, and those by which containers reach what has an address of the node's loopback network, which means another thing in
 * each container. All ranges of one line are of one size.
 */
export interface ContainerRanges {
  /** Pods of containers have addresses in it. */
  readonly pods: Ipv4Range;
  /** The relay's own address, at which names are asked for. */
  readonly relay: string;
  /** Stands for the range of pods of processes. */
  readonly processes: Ipv4Range;
  /** Stands for the range of Services. */
  readonly services: Ipv4Range;
}

/** On the node's loopback network. */
export interface NodeRanges {
  readonly processes: Ipv4Range;
  readonly services: Ipv4Range;
}

const LOOPBACK: Ipv4Range = '127.0.0.0/8';
export const isLoopback = (address: string): boolean => isInRange(address, LOOPBACK);

/** How containers see the addresses of the API. */
export function containerView(node: NodeRanges, containers: ContainerRanges): View {
  return {
    shown: (address) =>
      rebased(address, node.services, containers.services) ??
      rebased(address, node.processes, containers.processes) ??
      (isLoopback(address) ? undefined : address),
    meant: (address) =>
      rebased(address, containers.services, node.services) ??
      rebased(address, containers.processes, node.processes) ??
      address,
  };
}
