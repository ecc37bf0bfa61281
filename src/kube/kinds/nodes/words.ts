/** Labels, taints and annotations of nodes that several parts of a cluster agree on (k8s.io/api `core/v1/well_known_labels.go`, `well_known_taints.go`). */

export const HOSTNAME_LABEL = 'kubernetes.io/hostname';
export const ZONE_LABEL = 'topology.kubernetes.io/zone';

/** Of a node that is cordoned. */
export const CORDON = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const;

/** Annotation of a Node: the machine and its network (`networkId`). Nodes that say the same share their loopback addresses. */
export const NETWORK = 'pilotage.dev/network';
