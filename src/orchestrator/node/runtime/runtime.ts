import type { Sandbox } from './process/confinement/confinement.ts';

/**
 * What the agent asks of whatever runs containers. `process/` is the first runtime; one on a container engine fits behind the same
 * words. A runtime keeps its own record of every attempt, so that an agent that starts anew finds what an earlier one began.
 */
export interface ContainerRef {
  /** uid of the pod. */
  readonly pod: string;
  readonly container: string;
  /** From 0; never used twice. */
  readonly attempt: number;
}

export interface StartRequest {
  readonly ref: ContainerRef;
  /** The program as an absolute path, and its arguments. */
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly image: { readonly reference: string; readonly digest: string };
  /** How long a restart after this attempt waits; recorded, so that a new agent goes on counting. */
  readonly backOffMs: number;
  /** How often the container had ended by itself before: its restartCount. */
  readonly restarts: number;
  /** Absent: it runs as the agent does. */
  readonly sandbox?: Sandbox;
}

export type AttemptState =
  | { readonly type: 'running'; readonly pid: number }
  /** `finishedAt` in ms since the epoch. `exitCode` is 128 + signal for a program that a signal ended. */
  | {
      readonly type: 'exited';
      readonly exitCode: number;
      readonly finishedAt: number;
      /** The node was taken down and it with it: no doing of the program's. */
      readonly planned?: boolean;
    }
  /** It ran, it does not any more, and nobody saw how it ended: the machine restarted, or its shim was killed. */
  | { readonly type: 'lost'; readonly finishedAt: number; readonly planned?: boolean };

export interface Attempt {
  readonly ref: ContainerRef;
  readonly startedAt: number;
  readonly backOffMs: number;
  readonly restarts: number;
  readonly image: { readonly reference: string; readonly digest: string };
  readonly state: AttemptState;
  /** Of one that failed: the end of what it printed. */
  readonly output?: string;
}

export type StartResult =
  | { readonly ok: true }
  /** Nothing runs. `reason` is what the container's waiting state says. */
  | { readonly ok: false; readonly reason: 'RunContainerError'; readonly message: string };

export type ExecOutcome =
  | { readonly type: 'exited'; readonly exitCode: number; readonly output: string }
  | { readonly type: 'timeout'; readonly output: string }
  /** The command could not be run at all. */
  | { readonly type: 'error'; readonly message: string };

export interface ExecOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface ContainerRuntime {
  /** uids of all pods of which anything is recorded. */
  pods(): readonly string[];
  /** Recorded attempts of all containers of the pod, oldest first. */
  attempts(pod: string): readonly Attempt[];
  start(request: StartRequest): Promise<StartResult>;
  /** What the program was started with, for whoever runs something beside it. undefined: no such attempt. */
  startedWith(
    ref: ContainerRef,
  ): Pick<StartRequest, 'argv' | 'env' | 'cwd' | 'image' | 'sandbox'> | undefined;
  /** Records that what ends it from now on is no doing of its own: it is neither a crash nor a restart. */
  planStop(ref: ContainerRef): void;
  /** To every process of the container. Nothing happens when none lives. */
  signal(ref: ContainerRef, signal: 'SIGTERM' | 'SIGKILL'): void;
  /** Runs a command beside the container, with its environment and directory. */
  exec(ref: ContainerRef, command: readonly string[], options: ExecOptions): Promise<ExecOutcome>;
  /** The raw output, standard output and error as they came. */
  logFile(ref: ContainerRef): string;
  /** Forgets an attempt that has ended. */
  forget(ref: ContainerRef): void;
  /** Forgets a pod none of whose containers runs. */
  forgetPod(pod: string): Promise<void>;
  /** Called with a pod's uid after a container of it ended; the returned function stops that. */
  onExit(listener: (pod: string) => void): () => void;
  close(): void;
}
