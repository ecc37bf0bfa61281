import { randomInt, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient, User } from '../kube/client.ts';
import { NAMESPACES } from '../kube/resources.ts';
import { isAlreadyExists } from '../kube/status.ts';
import { startApi } from './api/api.ts';
import { ADMINS, authorize } from './api/authorizer.ts';
import { inProcessClient } from './api/inprocess.ts';
import type { Api, NodeConnections } from './api/types.ts';
import { openStore } from './store/store.ts';

export interface ControlPlaneOptions {
  /** Everything of the control plane is below here; the store is in its folder `store`. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where cluster IPs are taken from: a loopback range of this instance's own, `127.200.0.0/16`. */
  readonly serviceCidr: string;
  /** Default: the range of Kubernetes, 30000-32767. */
  readonly nodePorts?: { readonly first: number; readonly last: number };
  /** The way to node agents; default: none is connected. */
  readonly nodeConnections?: NodeConnections;
}

export interface ControlPlane {
  readonly api: Api;
  /** In process; default: an administrator. */
  client(user?: User): KubeClient;
  /** Brings up what every cluster has, then what works in it. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const ADMIN: User = { name: 'system:admin', groups: [ADMINS, 'system:authenticated'] };
const DEFAULT_NODE_PORTS = { first: 30_000, last: 32_767 };
const SYSTEM_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** @throws ProblemError when the data directory is in use, unusable or damaged. */
export async function createControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { clock, logger, serviceCidr } = options;
  const store = await openStore({ dir: join(options.dataDir, 'store'), clock, logger });
  const api = startApi({
    store,
    clock,
    logger,
    serviceCidr,
    nodePorts: options.nodePorts ?? DEFAULT_NODE_PORTS,
    nodeConnections: options.nodeConnections ?? (() => undefined),
    random: (n) => randomInt(n),
    uuid: randomUUID,
    authorizer: authorize,
  });
  const client = (user: User = ADMIN) => inProcessClient(api, user);
  return {
    api,
    client,
    start: () => createSystemNamespaces(client()),
    async stop() {
      await api.stop();
      await store.close();
    },
  };
}

async function createSystemNamespaces(client: KubeClient): Promise<void> {
  for (const name of SYSTEM_NAMESPACES) {
    try {
      await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
  }
}
