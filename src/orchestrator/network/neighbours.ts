import { isLoopback } from '../../base/authority.ts';
import type { Clock } from '../../base/clock.ts';
import { isInRange } from '../../base/ipv4range.ts';
import type { Logger } from '../../base/log.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { createInformer, type Informer } from '../../kube/client/informer.ts';
import { NETWORK } from '../../kube/kinds/nodes/words.ts';
import type { Endpoint, Node } from '../../kube/kinds/objects.data.ts';
import { NODES } from '../../kube/kinds/resources.data.ts';

/** Where an endpoint is that is not on this node. */
export interface Elsewhere {
  readonly node: string;
  /** Its addresses mean something else here, or nothing: connections to it are carried. */
  readonly far: boolean;
}

export interface Neighbours extends Pick<Informer<Node>, 'synced' | 'isSynced'> {
  /** Calls `changed` when a node comes, goes or is on another machine now. */
  follow(changed: () => void, signal: AbortSignal): void;
  /** undefined: on this node, or nobody knows. `strange`: on a node that is not known, with an address that would mean another pod here. */
  placeOf(endpoint: Endpoint): Elsewhere | 'strange' | undefined;
}

export interface NeighboursOptions {
  readonly client: KubeClient;
  readonly nodeName: string;
  /** What this node says in its annotation. */
  readonly network: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createNeighbours({
  client,
  nodeName,
  network,
  clock,
  logger,
}: NeighboursOptions): Neighbours {
  const nodes = createInformer({ client, resource: NODES, clock, logger });
  const networkOf = ({ metadata }: Node) => metadata.annotations?.[NETWORK];
  return {
    synced: nodes.synced,
    get isSynced() {
      return nodes.isSynced;
    },
    follow(changed, signal) {
      nodes.listen({
        add: changed,
        delete: changed,
        // Every node says every ten seconds that it lives.
        update: (now, before) => {
          if (networkOf(now) !== networkOf(before)) changed();
        },
      });
      nodes.start(signal);
    },
    placeOf: (endpoint) => placeOf(endpoint, { nodeName, network, nodeNamed: (name) => nodes.get({ name }) }),
  };
}

/** Pure. */
export function placeOf(
  { nodeName: node, addresses: [address = ''] }: Endpoint,
  here: {
    readonly nodeName: string;
    readonly network: string;
    readonly nodeNamed: (name: string) => Node | undefined;
  },
): Elsewhere | 'strange' | undefined {
  if (node === undefined || node === here.nodeName) return undefined;
  const found = here.nodeNamed(node);
  if (!found) return isLoopback(address) ? 'strange' : undefined;
  if (found.metadata.annotations?.[NETWORK] !== here.network) return { node, far: true };
  const range = found.spec?.podCIDR;
  return range && isInRange(address, range) ? { node, far: false } : undefined;
}
