import type { Container, PodSpec } from '../objects.data.ts';

/** An init container that goes on running beside the others (KEP-753). */
export const isSidecar = ({ restartPolicy }: Container): boolean => restartPolicy === 'Always';

/** The containers that run together: those of the pod, and its sidecars. */
export const runningContainers = ({ containers, initContainers = [] }: PodSpec): readonly Container[] => [
  ...containers,
  ...initContainers.filter(isSidecar),
];

/** A port of the node that a container of the pod is reached by. */
export interface PublishedPort {
  /** Empty: every address of the node. */
  readonly hostIP: string;
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol: string;
}

/** The ports of the node that a pod takes. */
export const publishedPorts = (spec: PodSpec): readonly PublishedPort[] =>
  runningContainers(spec)
    .flatMap(({ ports = [] }) => ports)
    .flatMap(({ hostPort, containerPort, hostIP = '', protocol = 'TCP' }) =>
      hostPort ? [{ hostIP, hostPort, containerPort, protocol }] : [],
    );
