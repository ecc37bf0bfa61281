import type { Decide } from '../identity/access.ts';
import type { KubeClient, User } from '../kube/client/client.ts';
import type { AgentConfig } from '../model/agentfile.ts';
import type { ServedControlPlane } from '../orchestrator/servedcontrolplane.ts';

/** What this machine gives its node. */
export type Machine = Pick<AgentConfig, 'confinement' | 'engineSockets' | 'ingress'>;

/** The home cluster: it holds the objects of pilotage.dev, and every environment that names no other cluster. */
export interface Home {
  /** What sync acts as, and the faces on its behalf: an `advancedClient`. */
  readonly client: KubeClient;
  /** What promotion acts as: an `advancedClient` too. */
  readonly promotionClient: KubeClient;
  /** What the keeper of users, tokens and roles acts as. */
  readonly identityClient: KubeClient;
  /** What its authorizer says of somebody. */
  readonly decide: Decide;
  /** Lets the bearers of these tokens use its API too; absent where the API is another cluster's. */
  readonly admitTokens?: (knows: (token: string) => Promise<User | undefined>) => void;
  /** Certificate of the authority of its API, PEM; absent where the API is another cluster's. */
  readonly ca?: string;
  /** URL of its API server. */
  readonly url: string;
  /** How a person reaches it: kubeconfig files, joined as in KUBECONFIG, and their context where it is not the current one. */
  readonly kubeconfig: string;
  readonly context?: string;
  /** Port of an API that this process serves. */
  readonly apiPort?: number;
  /** Answers a request to its Kubernetes API as `user`; absent where that is another cluster's, with users of its own. */
  readonly serveAs?: ServedControlPlane['serveAs'];
  /** Every object at one revision, as lines. Throws ProblemError where the cluster is not ours to back up. */
  backup(): Iterable<Buffer>;
  /**
   * What the agent of this machine's node has to know: its identity, and how it reaches the API, as an agent on another machine would.
   * Absent where this machine is not a node of the cluster.
   */
  readonly nodeConfig?: (machine: Machine) => AgentConfig;
}
