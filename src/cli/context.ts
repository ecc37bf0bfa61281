import type { Writable } from 'node:stream';
import type { Clock } from '../base/clock.ts';
import type { LogLevel } from '../base/log.ts';
import type { Strategy } from '../kube/kinds/podspec/schedulers.ts';
import type { Program } from '../supervise/ownprogram.ts';
import type { TakeDown } from '../supervise/takedown.ts';

/** What the process was started in; read once by config.ts. */
export interface Surroundings extends Program {
  /** The folder that this program was installed in: `examples/` and `charts/` are there. */
  readonly packageDir: string;
  readonly version: string;
  readonly dataDir: string;
  readonly server: string | undefined;
  readonly token: string | undefined;
  /** File of what `pilotage login` keeps. */
  readonly credentials: string;
  /** What KUBECONFIG names, else `~/.kube/config`. */
  readonly kubeconfigs: readonly string[];
  /** Where a container engine may listen on this machine. */
  readonly engineSockets: readonly string[];
  /** Socket of the ssh agent of whoever runs this, where there is one. */
  readonly sshAgent: string | undefined;
  /** Who is at the keyboard: named in rollbacks and pins, where nobody is signed in. */
  readonly user: string;
  readonly color: boolean;
  readonly buildEnvironment: Readonly<Record<string, string>>;
  readonly fullEnvironment: Readonly<Record<string, string>>;
}

export interface Address {
  readonly host: string;
  /** 0: the system chooses at the first start, and the choice is kept. */
  readonly port: number;
}

export interface AskedAddress extends Address {
  /** A port that was given is used or refused; another one makes way. */
  readonly given: boolean;
}

/** Where Ingresses are to be served. */
export interface IngressAsked {
  readonly http: AskedAddress;
  readonly https: AskedAddress;
  /** A line of the agent's log for each request. */
  readonly log: boolean;
}

/** How the HTTP face is encrypted: not at all, with a certificate of the data directory's own authority, or with one that was given. */
export type Encryption =
  | { readonly type: 'none' }
  | { readonly type: 'own' }
  | { readonly type: 'given'; readonly certFile: string; readonly keyFile: string };

export interface UpOptions {
  readonly dataDir: string;
  readonly http: Address;
  readonly encryption: Encryption;
  readonly api: Address;
  /** Names under which the HTTP face answers, besides its addresses. */
  readonly httpNames: readonly string[];
  /** True when the address was given: a kept port then yields to it. */
  readonly httpGiven: boolean;
  readonly apiGiven: boolean;
  /** undefined: nowhere. */
  readonly ingress: IngressAsked | undefined;
  /** Context of the home cluster; undefined: the one of the data directory, at first the built-in cluster. */
  readonly home: string | undefined;
  /** Kubeconfig files whose contexts a delivery may be allowed to use. */
  readonly kubeconfigs: readonly string[];
  readonly ephemeral: boolean;
  /** Start although the store is damaged, without what it has lost. */
  readonly acceptLoss: boolean;
  /** Whose ID tokens the Kubernetes API takes; undefined: nobody's. */
  readonly oidcFile: string | undefined;
  /** Who signs people in besides the passwords that are kept here; undefined: nobody. */
  readonly signInFile: string | undefined;
  /** How admission plug-ins of the built-in cluster are configured; undefined: not at all. */
  readonly admissionFile: string | undefined;
  /** How the scheduler of the built-in cluster chooses among nodes; undefined: `spread`. */
  readonly scheduling: Strategy | undefined;
  /** Paths of sockets on which a container engine may answer, the first that does is it. */
  readonly engineSockets: readonly string[];
  /** True when the engine was chosen. */
  readonly engineGiven: boolean;
  /** What of requests to the Kubernetes API is recorded; undefined: the built-in policy. */
  readonly auditPolicyFile: string | undefined;
  /** An ephemeral daemon ends with this process. */
  readonly ownerPid: number | undefined;
  readonly logLevel: LogLevel;
  readonly output: 'text' | 'json';
}

/** Everything that a command may touch. */
export interface CliContext {
  readonly surroundings: Surroundings;
  readonly stdout: Writable & { isTTY?: boolean; columns?: number; rows?: number };
  readonly stderr: Writable & { isTTY?: boolean; columns?: number };
  readonly clock: Clock;
  /** Runs the control plane until it is told to stop. Handed in: only `compose` builds it. */
  readonly runDaemon: (options: UpOptions) => Promise<number>;
  readonly runAgent: (options: AgentOptions) => Promise<number>;
  /** Ends everything that runs of the pods recorded below this data directory. */
  readonly stopPods: TakeDown['stopPods'];
  /** Takes an ephemeral instance down and removes its data. */
  readonly reap: (dataDir: string) => Promise<void>;
  readonly images: {
    import(dataDir: string, reference: string, directory: string): Promise<string>;
    list(dataDir: string): Promise<readonly { readonly reference: string; readonly digest: string }[]>;
    /** Those of a container engine on one of these sockets. */
    engine(sockets: readonly string[]): Promise<EngineImages>;
  };
}

/** Images of a container engine. All reject with ProblemError. */
export interface EngineImages {
  list(): Promise<readonly { readonly reference: string; readonly digest: string }[]>;
  tag(source: string, target: string): Promise<void>;
  /** Resolves with the digest that the registry has. */
  push(
    reference: string,
    login: { readonly username: string; readonly password: string } | undefined,
  ): Promise<string>;
}

export interface AgentOptions {
  readonly dataDir: string;
  readonly logLevel: LogLevel;
  /** How it becomes a node where it is none yet; absent: it was started by `up`, or has joined before. */
  readonly join?: JoinOptions;
}

/** How this machine becomes a node of a cluster elsewhere. */
export interface JoinOptions {
  /** `https://10.0.0.1:7443` */
  readonly server: string;
  /** `abcdef.0123456789abcdef` */
  readonly token: string;
  /** By whom the server has to prove who it is: the hash of its authority's key (`sha256:…`), or that authority, PEM. */
  readonly trust: { readonly hash: string } | { readonly ca: string };
  /** Default: the name of the machine. */
  readonly nodeName: string | undefined;
  /** Default: the address of this machine on the way to the server. */
  readonly nodeIP: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly engineSockets: readonly string[] | undefined;
}
