import type { KubeClient } from '../kube/client/client.ts';

/** The home cluster: it holds the objects of pilotage.dev, and every environment that names no other cluster. */
export interface Home {
  readonly client: KubeClient;
  /** URL of its API server. */
  readonly url: string;
  /** Every object at one revision, as lines. Throws ProblemError where that is not ours to back up. */
  backup(): Iterable<Buffer>;
}
