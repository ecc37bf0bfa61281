import type { ContainerSpec, HostPort, Mount, Resources, SandboxSpec } from '../spec.ts';
import type { BindMount, CreateRequest, HostConfig, PortBinding, Ulimit } from './engine/types.ts';
import { containerLabels, sandboxLabels } from './labels.ts';
import { PAUSE_COMMAND } from './pauseimage.ts';
import { securityConfig, userOf } from './security.ts';

export interface EngineTraits {
  readonly name: 'docker' | 'podman';
  /** What containers are held to, where the engine would ask for more than it may. */
  readonly ulimits: readonly Ulimit[];
}

/** The container that holds the network of a pod, its host name, and memory that its containers share. */
export function sandboxRequest(
  agent: string,
  spec: SandboxSpec,
  image: string,
  { ulimits }: EngineTraits,
  network = 'bridge',
): CreateRequest {
  return {
    Image: image,
    Entrypoint: [PAUSE_COMMAND],
    ...(spec.hostNetwork ? {} : { Hostname: spec.hostname }),
    ...exposed(spec.hostPorts),
    Labels: sandboxLabels(agent, spec.pod),
    HostConfig: {
      NetworkMode: spec.hostNetwork ? 'host' : network,
      IpcMode: spec.hostIpc ? 'host' : 'shareable',
      ...(spec.processes === 'node' ? { PidMode: 'host' } : {}),
      ...(spec.sysctls ? { Sysctls: spec.sysctls } : {}),
      ...bindings(spec.hostPorts),
      Ulimits: ulimits,
    },
  };
}

const portOf = ({ containerPort, protocol }: HostPort): string => `${containerPort}/${protocol}`;

const exposed = (ports: readonly HostPort[] = []): Pick<CreateRequest, 'ExposedPorts'> =>
  ports.length === 0 ? {} : { ExposedPorts: Object.fromEntries(ports.map((port) => [portOf(port), {}])) };

function bindings(ports: readonly HostPort[] = []): Pick<HostConfig, 'PortBindings'> {
  const bound: Record<string, PortBinding[]> = {};
  for (const port of ports) {
    const name = portOf(port);
    bound[name] = [...(bound[name] ?? []), { HostIp: port.hostIP, HostPort: String(port.hostPort) }];
  }
  return ports.length === 0 ? {} : { PortBindings: bound };
}

export interface ContainerParts {
  readonly agent: string;
  readonly spec: ContainerSpec;
  readonly sandbox: Pick<SandboxSpec, 'hostname' | 'hostNetwork' | 'processes' | 'hostIpc'>;
  /** The engine's id of the sandbox. */
  readonly sandboxId: string;
  /** The engine's name of the container whose processes it sees; absent: by what the pod says. */
  readonly target?: string;
  /** The option for its seccomp profile; absent: the engine's own. */
  readonly seccomp?: string;
  /** With links followed. */
  readonly mounts: readonly Mount[];
  readonly traits: EngineTraits;
  /** The user that the image names; empty: none. */
  readonly imageUser: string;
}

/** One attempt to run a container, in the network of its sandbox. */
export function containerRequest(parts: ContainerParts): CreateRequest {
  const { spec, sandbox } = parts;
  // Docker takes the name from the sandbox and refuses it here; Podman takes it from nowhere else.
  const hasName = parts.traits.name === 'podman' && !sandbox.hostNetwork;
  return {
    Image: spec.image.digest,
    ...(hasName ? { Hostname: sandbox.hostname } : {}),
    ...userOf(spec.security, parts.imageUser),
    ...commandOf(spec),
    Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
    ...(spec.workingDir === undefined ? {} : { WorkingDir: spec.workingDir }),
    Tty: spec.tty === true,
    OpenStdin: spec.input !== undefined,
    StdinOnce: spec.input === 'once',
    Labels: containerLabels(parts.agent, spec.ref),
    HostConfig: hostConfig(parts),
  };
}

/** `command` replaces the entry point of the image and its arguments, `args` the arguments alone (CRI ContainerConfig). */
function commandOf({ command, args }: ContainerSpec): Pick<CreateRequest, 'Entrypoint' | 'Cmd'> {
  return {
    ...(command.length > 0 ? { Entrypoint: command } : {}),
    ...(command.length > 0 || args.length > 0 ? { Cmd: args } : {}),
  };
}

/** The kubelet keeps five files of ten mebibytes of a container's log (`containerLogMaxFiles`, `containerLogMaxSize`). */
const LOGS = { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '5' } };

function hostConfig(parts: ContainerParts): HostConfig {
  const { spec, sandbox, sandboxId, mounts, traits } = parts;
  return {
    NetworkMode: `container:${sandboxId}`,
    IpcMode: sandbox.hostIpc ? 'host' : `container:${sandboxId}`,
    ...processesOf(parts),
    Mounts: [...mounts].sort((a, b) => a.target.length - b.target.length).map(bindMount),
    LogConfig: LOGS,
    Ulimits: traits.ulimits,
    ...limitsOf(spec.resources),
    ...securityConfig(spec.security, parts.seccomp),
  };
}

function processesOf({ sandbox, sandboxId, target }: ContainerParts): Pick<HostConfig, 'PidMode'> {
  if (sandbox.processes === 'node') return { PidMode: 'host' };
  const other = sandbox.processes === 'pod' ? sandboxId : target;
  return other === undefined ? {} : { PidMode: `container:${other}` };
}

const bindMount = ({ source, target, readOnly, propagation }: Mount): BindMount => ({
  Type: 'bind',
  Source: source,
  Target: target,
  ReadOnly: readOnly,
  ...(propagation
    ? { BindOptions: { Propagation: propagation === 'both ways' ? 'rshared' : 'rslave' } }
    : {}),
});

/** kubelet `pkg/kubelet/cm/helpers_linux.go`. */
const SHARES_PER_CPU = 1024;
const MIN_SHARES = 2;
const PERIOD_US = 100_000;
const MIN_QUOTA_US = 1_000;

function limitsOf({ requests, limits }: Resources): Partial<HostConfig> {
  const wanted = requests.cpuMillis ?? limits.cpuMillis ?? 0;
  return {
    CpuShares: Math.max(MIN_SHARES, Math.floor((wanted * SHARES_PER_CPU) / 1000)),
    ...(limits.cpuMillis
      ? {
          CpuPeriod: PERIOD_US,
          CpuQuota: Math.max(MIN_QUOTA_US, Math.floor((limits.cpuMillis * PERIOD_US) / 1000)),
        }
      : {}),
    // No swap beside it: a limit of memory is one of both together for the engine.
    ...(limits.memoryBytes ? { Memory: limits.memoryBytes, MemorySwap: limits.memoryBytes } : {}),
  };
}
