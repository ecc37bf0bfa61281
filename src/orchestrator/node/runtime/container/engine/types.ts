/** Of the Docker Engine API (moby `docs/api/v1.41.yaml`), what is asked and read here. */

export interface EngineVersion {
  readonly Version: string;
  readonly Components?: readonly { readonly Name: string }[];
}

export interface EngineInfo {
  readonly SecurityOptions?: readonly string[] | null;
  /** Podman's own word. */
  readonly Rootless?: boolean;
  readonly OSType?: string;
  readonly DockerRootDir?: string;
}

export interface BindMount {
  readonly Type: 'bind';
  readonly Source: string;
  readonly Target: string;
  readonly ReadOnly: boolean;
  readonly BindOptions?: { readonly Propagation: 'rslave' | 'rshared' };
}

export interface Ulimit {
  readonly Name: string;
  readonly Soft: number;
  readonly Hard: number;
}

export interface HostConfig {
  readonly NetworkMode: string;
  readonly IpcMode?: string;
  readonly PidMode?: string;
  /** By `80/tcp`, as in `ExposedPorts`. */
  readonly PortBindings?: Readonly<Record<string, readonly PortBinding[]>>;
  readonly Sysctls?: Readonly<Record<string, string>>;
  readonly Mounts?: readonly BindMount[];
  readonly LogConfig?: { readonly Type: string; readonly Config: Readonly<Record<string, string>> };
  readonly Ulimits?: readonly Ulimit[];
  readonly Privileged?: boolean;
  readonly ReadonlyRootfs?: boolean;
  readonly SecurityOpt?: readonly string[];
  readonly GroupAdd?: readonly string[];
  readonly CapAdd?: readonly string[];
  readonly CapDrop?: readonly string[];
  /** Bytes. */
  readonly Memory?: number;
  readonly MemorySwap?: number;
  readonly CpuShares?: number;
  /** Microseconds. */
  readonly CpuPeriod?: number;
  readonly CpuQuota?: number;
}

export interface PortBinding {
  /** Empty: all addresses of the node. */
  readonly HostIp: string;
  readonly HostPort: string;
}

export interface CreateRequest {
  readonly Image: string;
  readonly ExposedPorts?: Readonly<Record<string, object>>;
  readonly Hostname?: string;
  readonly User?: string;
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env?: readonly string[];
  readonly WorkingDir?: string;
  readonly Tty?: boolean;
  readonly OpenStdin?: boolean;
  readonly StdinOnce?: boolean;
  /** Where Docker takes it until version 1.44; Podman takes it beside the address. */
  readonly MacAddress?: string;
  readonly Labels: Readonly<Record<string, string>>;
  readonly HostConfig: HostConfig;
  readonly NetworkingConfig?: {
    readonly EndpointsConfig: Readonly<
      Record<string, { readonly IPAMConfig: { readonly IPv4Address: string }; readonly MacAddress: string }>
    >;
  };
}

export interface ListedContainer {
  readonly Id: string;
  readonly Labels?: Readonly<Record<string, string>> | null;
  /** `created`, `running`, `exited` … */
  readonly State: string;
  readonly ImageID?: string;
}

export interface InspectedContainer {
  readonly Id: string;
  readonly State: {
    readonly Status: string;
    readonly ExitCode: number;
    readonly OOMKilled: boolean;
    /** RFC 3339 with nanoseconds; the year 1 for what has not happened. */
    readonly StartedAt: string;
    readonly FinishedAt: string;
    /** Its first process, as the machine of the engine counts; 0 or absent when there is none. */
    readonly Pid?: number;
  };
  readonly Config: {
    readonly Labels?: Readonly<Record<string, string>> | null;
    /** `SIGQUIT`, or Podman's number. */
    readonly StopSignal?: string | number;
    readonly Tty?: boolean;
    readonly OpenStdin?: boolean;
  };
  readonly NetworkSettings: {
    readonly IPAddress?: string;
    readonly Networks?: Readonly<Record<string, { readonly IPAddress?: string }>> | null;
  };
}

export interface InspectedImage {
  readonly Id: string;
  readonly Size: number;
  /** Its names, with a tag or a digest. */
  readonly RepoTags?: readonly string[] | null;
  readonly RepoDigests?: readonly string[] | null;
  readonly Config?: { readonly User?: string } | null;
}

export interface ListedImage {
  readonly Id: string;
  readonly RepoTags?: readonly string[] | null;
  /** Seconds since the epoch. */
  readonly Created: number;
  readonly Size: number;
}

/** A line of what a pull tells of itself. */
export interface PullLine {
  readonly id?: string;
  readonly status?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly error?: string;
}

/** A line of what a build tells of itself. */
export interface BuildLine {
  /** Output, in pieces that may end anywhere. */
  readonly stream?: string;
  /** Of a pull that it begins with. */
  readonly status?: string;
  readonly error?: string;
}

/** A line of what a push tells of itself. */
export interface PushLine {
  readonly status?: string;
  readonly error?: string;
  /** Docker's; Podman has the digest in a status. */
  readonly aux?: { readonly Digest?: string };
}

export interface InspectedExec {
  readonly Running: boolean;
  readonly ExitCode: number | null;
  /** Its process, as this machine counts; 0 or absent when there is none. */
  readonly Pid?: number;
}

export interface EngineStats {
  readonly cpu_stats?: { readonly cpu_usage?: { readonly total_usage?: number } };
  readonly memory_stats?: {
    readonly usage?: number;
    /** `inactive_file` with cgroups v2, `total_inactive_file` with v1. */
    readonly stats?: Readonly<Record<string, number>>;
  };
  readonly pids_stats?: { readonly current?: number };
}

export interface EngineEvent {
  readonly Action?: string;
  readonly Actor?: { readonly ID?: string; readonly Attributes?: Readonly<Record<string, string>> };
}
