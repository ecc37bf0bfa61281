import type { SocketOwners } from './sockets.ts';
import type { ContainerRef, ContainerSpec, ImageRef, RestartCount, Sandbox, SandboxSpec } from './spec.ts';
import type { Stream } from './streams.ts';

export type AttemptState =
  | { readonly type: 'running' }
  /** `finishedAt` in ms since the epoch. `exitCode` is 128 + signal for a program that a signal ended. */
  | {
      readonly type: 'exited';
      readonly exitCode: number;
      readonly finishedAt: number;
      /** The kernel killed it at its limit of memory. */
      readonly isOutOfMemory?: boolean;
      /** Its node was taken down and the container with it: neither a crash nor a restart. */
      readonly planned?: boolean;
    }
  /** It ran, it no longer does, and nothing recorded how it ended: the machine restarted, for example. */
  | { readonly type: 'lost'; readonly finishedAt: number; readonly planned?: boolean };

/** One attempt to run a container, as the runtime has recorded it. */
export interface Attempt extends RestartCount {
  readonly ref: ContainerRef;
  /** `<runtime>://<id>`, the containerID of a status. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly image: ImageRef;
  readonly state: AttemptState;
  /** What it wrote to its termination message; of an attempt that failed and wrote none, the end of its output. */
  readonly output?: string;
}

/** Reasons of a waiting container, in the kubelet's words. */
export type StartFault = {
  readonly ok: false;
  readonly reason: 'CreateContainerConfigError' | 'CreateContainerError' | 'RunContainerError';
  readonly message: string;
};
/** `unsupported`: what the container asks for and this runtime does not do, a sentence each, which begins with the field. */
export type StartResult = { readonly ok: true; readonly unsupported?: readonly string[] } | StartFault;

export type SandboxResult =
  | { readonly ok: true; readonly sandbox: Sandbox }
  | { readonly ok: false; readonly message: string };

/** `done` and `total` in bytes; `total` is absent while it is unknown. */
export interface PullProgress {
  readonly done: number;
  readonly total?: number;
}

export type PullPolicy = 'Always' | 'IfNotPresent' | 'Never';

/** What a registry is told of who asks for an image. */
export interface RegistryCredential {
  /** Its address, as images name it. */
  readonly registry: string;
  readonly username: string;
  readonly password: string;
}

export interface PullOptions {
  /** uid of the pod that needs it, and has a sandbox; absent: any. */
  readonly pod?: string;
  /** Absent: `IfNotPresent`. A runtime without registries has what it has. */
  readonly policy?: PullPolicy;
  /** Asked for when the image is fetched. They are tried in turn; without any, the registry is asked as nobody. */
  readonly credentials?: () => Promise<readonly RegistryCredential[]>;
  readonly onProgress?: (progress: PullProgress) => void;
  readonly signal?: AbortSignal;
}

/** Reasons in the kubelet's words; `message` says what would make the image available, and shows no credential. */
export interface PullFault {
  readonly ok: false;
  readonly reason: 'ErrImagePull' | 'ErrImageNeverPull' | 'InvalidImageName';
  readonly message: string;
  /** The registry gives the image to nobody who asked: it wants other credentials, or any. */
  readonly isUnauthorized?: true;
  /** The API could not say with which credentials it is to be pulled. */
  readonly isUnanswered?: true;
}

export type PullResult =
  /** `size` in bytes, where the runtime knows it. */
  { readonly ok: true; readonly image: ImageRef; readonly size?: number } | PullFault;

export interface LogOptions {
  readonly follow: boolean;
  readonly timestamps: boolean;
  /** RFC 3339. */
  readonly sinceTime?: string;
  readonly tailLines?: number;
  readonly limitBytes?: number;
}

/** Of a terminal, in characters. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface AttachRequest {
  /** Absent: the program reads nothing. */
  readonly stdin?: AsyncIterable<Buffer>;
  /** Sizes of the program's terminal, as they change; without a terminal they mean nothing. */
  readonly sizes?: AsyncIterable<TerminalSize>;
  /** Output as it comes. The program waits while a returned promise is pending. */
  readonly onStdout?: (piece: Buffer) => Promise<void> | undefined;
  readonly onStderr?: (piece: Buffer) => Promise<void> | undefined;
  readonly signal?: AbortSignal;
}

export interface ExecRequest extends AttachRequest {
  readonly command: readonly string[];
  /** The command gets a terminal: all its output is standard output. */
  readonly tty?: boolean;
  /** Absent: no deadline. */
  readonly timeoutMs?: number;
}

export type ExecOutcome =
  | { readonly type: 'exited'; readonly exitCode: number }
  | { readonly type: 'timeout' }
  | { readonly type: 'canceled' }
  /** The command could not be run, or the runtime cannot do this. */
  | { readonly type: 'error'; readonly message: string };

/** Cumulative processor time and resident memory of a container's processes. */
export interface ContainerStats {
  readonly container: string;
  readonly cpuNanoseconds: number;
  readonly memoryBytes: number;
  readonly processes: number;
}

export interface PodStats {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly containers: readonly ContainerStats[];
}

export type RuntimeEvent =
  /** A container of the pod ended. */
  | { readonly type: 'exited'; readonly pod: string }
  /** The sandbox of the pod had ended and was started again, with another address: `runSandbox` says which. Its containers have ended. */
  | { readonly type: 'moved'; readonly pod: string }
  /** A container of the pod answers at the pod's address by a socket that is bound to every address. */
  | { readonly type: 'wildcard'; readonly pod: string };

export interface StopAllOptions {
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  /** Ends the grace period when it aborts. */
  readonly hurry?: AbortSignal;
}

/**
 * Runs the pods of a node: the only thing that `pod/`, `probes/` and `link/` know of containers. The shape is that of the Container Runtime
 * Interface (cri-api `pkg/apis/runtime/v1/api.proto`) with what a single agent needs; `process/` is the first implementation, and every
 * implementation passes `test/orchestrator/node/runtime/contract.ts`.
 *
 * A runtime keeps its own durable record of every attempt, so that a new agent finds what an earlier one started. Expected failures are
 * values; a method rejects when the runtime itself fails (a disk, an engine that does not answer).
 */
export interface PodRuntime {
  /** As `containerRuntimeVersion` of a Node has it: `process://1`. */
  readonly version: string;
  readonly sockets: SocketOwners;

  /** uids of all pods of which anything is recorded. */
  pods(): Promise<readonly string[]>;
  /** Idempotent: a pod that has a sandbox keeps it, also across agents. */
  runSandbox(spec: SandboxSpec): Promise<SandboxResult>;
  /**
   * Gives back what a pod of which nothing runs any more, and nothing will, holds of this node: its address, its ports. Attempts and logs
   * stay.
   */
  stopSandbox(pod: string): Promise<void>;
  /** Kills what still runs of the pod and forgets it, records included. A pod that is unknown is not an error. */
  removeSandbox(pod: string): Promise<void>;

  /** Makes an image available. One that is there is not fetched again, unless the policy says so. */
  pullImage(reference: string, options?: PullOptions): Promise<PullResult>;
  /** Variables that every container of the sandbox gets beneath its own, which may refer to them and override them. */
  environment(
    sandbox: Sandbox,
    container: { readonly name: string; readonly ports: readonly number[] },
  ): Promise<Readonly<Record<string, string>>>;

  /** Runs an attempt in the sandbox of its pod. Resolves when it runs or cannot. */
  start(spec: ContainerSpec): Promise<StartResult>;
  /** Runs the attempt after `previous` with the spec of `previous`; undefined: nothing is recorded of that. */
  startAgain(previous: ContainerRef, count: RestartCount): Promise<StartResult | undefined>;
  /** Recorded attempts of all containers of the pod, oldest first. */
  attempts(pod: string): Promise<readonly Attempt[]>;
  /** SIGTERM asks the container to end, in its image's words; SIGKILL ends all of it. Does nothing when none of it is alive. */
  signal(ref: ContainerRef, signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Forgets an attempt that has ended. */
  forget(ref: ContainerRef): Promise<void>;
  /**
   * Ends every container of every pod: SIGTERM, then SIGKILL. The records stay and call the ends planned, so that the next agent starts the
   * containers again. Resolves when nothing runs.
   */
  stopAll(options: StopAllOptions): Promise<void>;

  /** Runs a command beside the container, with its environment and working directory. Never rejects. */
  exec(ref: ContainerRef, request: ExecRequest): Promise<ExecOutcome>;
  /**
   * Joins the streams of a running container, from now on; resolves when it ends. Never rejects. Standard input is an error where the
   * container was started without (`ContainerSpec.input`).
   */
  attach(ref: ContainerRef, request: AttachRequest): Promise<ExecOutcome>;
  /** Standard output and error of an attempt as they came; with `follow`, until the attempt ends. */
  logs(ref: ContainerRef, options: LogOptions, signal: AbortSignal): AsyncIterable<Buffer>;
  /** A connection to a port of the pod. Rejects when nothing listens there. */
  portForward(pod: string, port: number, signal: AbortSignal): Promise<Stream>;
  /** Of the containers that run. */
  stats(pod: string): Promise<PodStats>;

  /** The returned function ends the subscription. */
  subscribe(listener: (event: RuntimeEvent) => void): () => void;
  /** Releases what this agent holds; containers go on. */
  close(): Promise<void>;
}
