/**
 * What the agent wants to run, in words that every runtime understands (CRI `api.proto`: PodSandboxConfig, ContainerConfig). Everything
 * that depends on API objects is resolved: variables are expanded, volumes are directories of this node.
 */

/** Where the containers of a pod live: one network identity, one set of volumes. */
export interface SandboxSpec {
  /** uid of the pod. */
  readonly pod: string;
  readonly namespace: string;
  readonly name: string;
  readonly hostname: string;
  /** The pod shares the network of its node. */
  readonly hostNetwork: boolean;
  /** Names of all containers that may run in it, init containers included. */
  readonly containers: readonly string[];
  /** Images of those containers, as the pod names them. */
  readonly images: readonly string[];
  /** Name of the pod's RuntimeClass; absent: it has none. */
  readonly runtimeClass?: string;
  readonly hostPorts?: readonly HostPort[];
  /** Settings of the kernel that the pod has for itself, by name. */
  readonly sysctls?: Readonly<Record<string, string>>;
  /** Whose processes its containers see; absent: each its own. */
  readonly processes?: 'pod' | 'node';
  /** It shares the memory and the message queues of its node. */
  readonly hostIpc?: boolean;
  /** Its users are to be none of the node. */
  readonly ownUsers?: boolean;
  /** Nothing of it will run any more: it needs no network. */
  readonly isOver?: boolean;
  /** Absolute path of the directory that holds the pod's volumes: every mount's source lies below it. */
  readonly volumesDir: string;
  /** Absent: as its node finds them. */
  readonly names?: SandboxNames;
  /** The address that an earlier agent recorded. A runtime that keeps no sandboxes of its own gives the pod this one again. */
  readonly address?: string;
}

/** A port of the node that leads to one of the pod (CRI PortMapping). */
export interface HostPort {
  /** Address of the node; empty: all of them. */
  readonly hostIP: string;
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
}

/** How names are found in a pod (CRI DNSConfig, and the kubelet's hosts file). */
export interface SandboxNames {
  /** Who is asked for them: the cluster, the resolvers of the node, or those of `servers` alone. */
  readonly policy: 'cluster' | 'node' | 'none';
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
  /** Where it is found itself, beside its host name: `db-0.db.shop.svc.cluster.local`. */
  readonly fullName?: string;
  /** Further lines of its hosts file. */
  readonly hosts: readonly { readonly ip: string; readonly hostnames: readonly string[] }[];
}

/** A network of containers, in which what has a loopback address of the node has another one. All are IPv4 ranges; `relay` is an address. */
export interface PodNetwork {
  readonly pods: string;
  readonly relay: string;
  readonly processes: string;
  readonly services: string;
}

export interface Sandbox extends SandboxSpec {
  /** IP address at which this node reaches the pod. */
  readonly address: string;
  /** The network that it is in; absent: that of the node, or one that knows no Services. */
  readonly network?: PodNetwork;
  /** Numeric user and group that the pod's files must belong to, or those that its containers run as; absent: the agent's own. */
  readonly fileOwner?: number | 'containers';
}

export interface ContainerRef {
  /** uid of the pod. */
  readonly pod: string;
  readonly container: string;
  /** From 0; never used twice. */
  readonly attempt: number;
}

export interface ImageRef {
  /** As the pod names it. */
  readonly reference: string;
  /** Identifies the content; empty for an image that is not addressed by content. */
  readonly digest: string;
}

export interface Mount {
  /** Absolute path on this node. */
  readonly source: string;
  /** Path in the container. */
  readonly target: string;
  readonly readOnly: boolean;
  /** It is of a volume that outlives the pod: such ones may lie among what the node keeps, and no other. */
  readonly kept?: true;
  /** What is mounted below it later is seen on the other side: on the node's by the container, or by both. */
  readonly propagation?: 'from node' | 'both ways';
}

/** `cpuMillis` in thousandths of a processor, `memoryBytes` in bytes; absent: not limited. */
export interface Resources {
  readonly requests: { readonly cpuMillis?: number; readonly memoryBytes?: number };
  readonly limits: { readonly cpuMillis?: number; readonly memoryBytes?: number };
}

/** As whom a container runs, and what it may do (CRI LinuxContainerSecurityContext); absent members: as its image and the runtime have it. */
export interface ContainerSecurity {
  /** Numeric. */
  readonly user?: number;
  readonly group?: number;
  /** Numeric, beside its own group. */
  readonly groups: readonly number[];
  /** It is not started as root, whatever its image says. */
  readonly nonRoot: boolean;
  readonly privileged: boolean;
  readonly readOnlyRoot: boolean;
  /** Programs in it gain nothing by what they execute. */
  readonly noNewPrivileges: boolean;
  /** Names without `CAP_`; `ALL` is all of them. */
  readonly addCapabilities: readonly string[];
  /** Which calls of the kernel it may make: any, or those of a profile below the node's folder of profiles. Absent: the runtime's own. */
  readonly seccomp?: 'any' | { readonly profile: string };
  readonly dropCapabilities: readonly string[];
}

/** One attempt to run a container. */
export interface ContainerSpec extends RestartCount {
  readonly ref: ContainerRef;
  readonly image: ImageRef;
  /** Replaces the entry point of the image, `args` its default arguments; empty: the image's own. */
  readonly command: readonly string[];
  readonly args: readonly string[];
  /** Absent: the image's own. */
  readonly workingDir?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  readonly resources: Resources;
  /** A runtime of processes has users of its own. */
  readonly security: ContainerSecurity;
  /** What it can read, from those who attach: `once` ends with the first of them. Absent: nothing. */
  readonly input?: InputMode;
  /** It has a terminal. */
  readonly tty?: boolean;
  /** A container of the pod whose processes it sees. */
  readonly target?: string;
  /** Path in the container of the file in which it says why it ends. */
  readonly terminationMessagePath?: string;
}

export type InputMode = 'open' | 'once';

/** Recorded with an attempt, so that an agent that adopts it goes on counting. */
export interface RestartCount {
  /** Milliseconds that a restart after this attempt waits. */
  readonly backOffMs: number;
  /** How often the container had ended by itself before: its restartCount. */
  readonly restarts: number;
}
