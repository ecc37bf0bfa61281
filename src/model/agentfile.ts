import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Confinement } from '../base/confinement.ts';
import { errnoOf } from '../base/errors.ts';

/** `D/agent/agent.json`: the agent that serves this data directory. Written by itself at its start, before anything else. */
export interface AgentFile {
  readonly pid: number;
  readonly pidStartTime: string;
  /** Which build it runs (`Surroundings.build`); absent in those of before that was noted. */
  readonly build?: string;
}

/** `D/agent/config.json`, mode 0600: what the daemon tells its agent, so that it can also start while the daemon is down. */
export interface AgentConfig {
  readonly nodeName: string;
  readonly podCidr: string;
  readonly confinement: Confinement;
  /** Paths of sockets on which a container engine may answer. */
  readonly engineSockets: readonly string[];
  /** Absent: this node carries nothing from outside. */
  readonly ingress?: IngressConfig;
  /** Absent: the range of the cluster whose control plane is on this machine, by the range of its pods. */
  readonly serviceCidr?: string;
  /** The address by which the other nodes know this machine; absent: 127.0.0.1. */
  readonly hostIP?: string;
  /** Of a node that has joined by itself: the machine of the control plane may be another one. */
  readonly joined?: Joined;
  /** Path of the node's own kubeconfig. */
  readonly kubeconfig: string;
  /** The way to the API server, with the node's certificate (PEM). */
  readonly link: {
    readonly url: string;
    readonly tls: { readonly ca: string; readonly cert: string; readonly key: string };
  };
}

/** How a node came to a cluster whose control plane it was not started by. */
export interface Joined {
  /** `https://10.0.0.1:7443`: as the command said it. */
  readonly server: string;
  /** Whether the server is on this machine, in the same network. */
  readonly isBeside: boolean;
}

/** The ingress of a node: where it listens, and what it presents to who asks for a name that has no certificate of its own (PEM). */
export interface IngressConfig {
  readonly http: { readonly host: string; readonly port: number };
  readonly https: { readonly host: string; readonly port: number };
  readonly certificate: { readonly cert: string; readonly key: string };
  /** A line of the agent's log for each request. */
  readonly accessLog: boolean;
}

export const agentConfigPath = (dataDir: string): string => join(dataDir, 'agent', 'config.json');
/** `D/agent/sockets.json`: who holds the agent's listening sockets, so that they outlive it. */
export const socketsFilePath = (dataDir: string): string => join(dataDir, 'agent', 'sockets.json');
export const agentFilePath = (dataDir: string): string => join(dataDir, 'agent', 'agent.json');

export async function readAgentFile(dataDir: string): Promise<AgentFile | undefined> {
  try {
    return JSON.parse(await readFile(agentFilePath(dataDir), 'utf8')) as AgentFile;
  } catch (error) {
    // A file cut short by a crash names no process: its agent did not get further.
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR' || error instanceof SyntaxError)
      return undefined;
    throw error;
  }
}
