/** Annotation of a Node: the machine and its network (`networkId`). Nodes that say the same share their loopback addresses. */
export const NETWORK = 'pilotage.dev/network';
