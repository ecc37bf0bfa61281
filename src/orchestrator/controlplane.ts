/** The built-in cluster without its nodes: store, API, controllers, scheduler, assembled. What `compose` starts. */
import { randomInt, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { authority as authorityOf } from '../base/authority.ts';
import type { Clock } from '../base/clock.ts';
import { createDiskWatch, type DiskWatch } from '../base/diskspace.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient, User } from '../kube/client/client.ts';
import type { Strategy } from '../kube/kinds/podspec/schedulers.ts';
import { readAdmissionConfiguration } from './api/admission/configurationfile.ts';
import { serviceAccount } from './api/admission/serviceaccount.ts';
import { aggregatedClient } from './api/aggregatedclient.ts';
import { createAggregator } from './api/aggregation/aggregator.ts';
import type { RemoteServers } from './api/aggregation/connection.ts';
import { startApi } from './api/api.ts';
import type { TokenAuthenticator } from './api/auth/authenticator.ts';
import { ADMINS, createAuthorization } from './api/auth/authorizer.ts';
import { bootstrapAuthenticator } from './api/auth/bootstraptokens.ts';
import { openPki, type Pki } from './api/auth/pki.ts';
import { openSigningKeys } from './api/auth/serviceaccounts/keys.ts';
import { createServiceAccountTokens, type ServiceAccountTokens } from './api/auth/serviceaccounts/tokens.ts';
import { worker } from './api/auth/workers.ts';
import { createHousekeeping } from './api/housekeeping.ts';
import { inProcessClient } from './api/inprocess.ts';
import { firstAddress } from './api/kinds/addressrange.ts';
import type { NodePortRange } from './api/kinds/kind.ts';
import { keepPublished } from './api/published.ts';
import { referringIn } from './api/referring.ts';
import type { Api, NodeConnections } from './api/types.ts';
import type { CertificateAuthority, Elsewhere } from './controllers/context.ts';
import { createControllers } from './controllers/controllers.ts';
import { createScheduler } from './scheduler/scheduler.ts';
import { openRowKeys } from './store/encryption.ts';
import { prefixIn } from './store/keys.ts';
import { openReserve } from './store/reserve.ts';
import { restoreSnapshot, snapshotLines } from './store/snapshot.ts';
import { openStore } from './store/store.ts';

/** What works in a cluster: an ordinary client of its API. */
export interface Worker {
  start(signal: AbortSignal): void;
  stop(): Promise<void>;
}

export type WorkerFactory = (parts: {
  readonly client: KubeClient;
  readonly authority: CertificateAuthority;
  readonly elsewhere: Elsewhere;
  readonly strategy: Strategy;
  readonly clock: Clock;
  readonly logger: Logger;
}) => Worker;

/** What works in every cluster, and as whom. */
const WORKERS: readonly (readonly [user: string, create: WorkerFactory])[] = [
  ['system:kube-controller-manager', createControllers],
  ['system:kube-scheduler', createScheduler],
];

export interface ControlPlaneOptions {
  /** Everything of the control plane is below here: `store`, `pki`. */
  readonly dataDir: string;
  /** A snapshot that the store is made of, once, where this file is there. */
  readonly restoreFrom?: string;
  /** A person has said to go on with what is left of a damaged store. */
  readonly acceptLoss?: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Further names and addresses that the API is reached by: its certificate is for them. */
  readonly names?: readonly string[];
  /** Where cluster IPs are taken from: a loopback range of this instance's own, `127.200.0.0/16`. */
  readonly serviceCidr: string;
  /** Default: the range of Kubernetes, 30000-32767. */
  readonly nodePorts?: NodePortRange;
  /** The way to node agents; default: none is connected. */
  readonly nodeConnections?: NodeConnections;
  /** The process's watcher of disks; default: one of its own. */
  readonly disks?: DiskWatch;
  /** Default: all controllers and the scheduler. */
  readonly workers?: readonly (readonly [user: string, create: WorkerFactory])[];
  /** A file that configures admission plug-ins (`api/admission/configurationfile.ts`). */
  readonly admissionFile?: string;
  /** How the scheduler chooses among nodes. Default: `spread`. */
  readonly scheduling?: Strategy;
}

export interface ControlPlane {
  readonly api: Api;
  readonly pki: Pki;
  readonly serviceAccounts: ServiceAccountTokens;
  /** Knows the bearers of bootstrap tokens. */
  readonly bootstrapTokens: TokenAuthenticator;
  readonly aggregator: RemoteServers;
  /** In process; default: an administrator. */
  client(user?: User): KubeClient;
  /** In process, as one of the workers of `api/auth/workers.data.ts`; knows the kinds of aggregated API servers too. */
  workerClient(name: string): KubeClient;
  /** Every object at one revision, as lines (`store/snapshot.ts`). */
  snapshot(): Iterable<Buffer>;
  /** Brings up what every cluster has, then what works in it. */
  start(): Promise<void>;
  /** Says in the cluster where its API is reached, from now on; the namespaces must be there. */
  publish(host: string, port: number): Promise<void>;
  stop(): Promise<void>;
}

const random = (n: number): number => randomInt(n);
const ADMINISTRATOR: User = { name: 'system:admin', groups: [ADMINS, 'system:authenticated'] };
const DEFAULT_NODE_PORTS = { first: 30_000, last: 32_767 };

/** @throws ProblemError when the data directory is in use, unusable or damaged. */
export async function createControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { clock, logger, serviceCidr, admissionFile } = options;
  const admission = readAdmissionConfiguration(admissionFile);
  const dir = join(options.dataDir, 'store');
  if (options.restoreFrom) await restoreSnapshot(dir, options.restoreFrom);
  const reserve = openReserve(join(dir, 'reserve'), logger);
  const acceptLoss = options.acceptLoss === true;
  const rowKeys = openRowKeys(join(options.dataDir, 'pki', 'secrets.key'));
  const store = await openStore({ dir, clock, logger, acceptLoss, rowKeys, onRefused: reserve.giveBack });
  const disks = options.disks ?? createDiskWatch({ clock });
  const room = await disks.add(dir, reserve.keep);
  const pkiDir = join(options.dataDir, 'pki');
  const clusterIP = firstAddress(serviceCidr);
  const pki = openPki({ dir: pkiDir, clock, names: [clusterIP, ...(options.names ?? [])] });
  const authority = { certificate: pki.ca, sign: pki.sign };
  const lookup = (plural: string, name: string, namespace?: string) =>
    store.get(prefixIn('', plural, namespace) + name)?.object;
  const serviceAccounts = createServiceAccountTokens({ keys: openSigningKeys(pkiDir), lookup, clock });
  const secret = (name: string, namespace: string) => lookup('secrets', name, namespace);
  const api = startApi({
    store,
    clock,
    logger,
    serviceCidr,
    nodePorts: options.nodePorts ?? DEFAULT_NODE_PORTS,
    nodeConnections: options.nodeConnections ?? (() => undefined),
    random,
    uuid: randomUUID,
    lacksRoom: () => room.lack('writes'),
    tokenIssuer: serviceAccounts.issuer,
    // Accounts come from a controller: without one, pods would wait for theirs in vain.
    plugins: options.workers ? [] : [serviceAccount({ store, clock, random })],
    admission,
    authorization: createAuthorization(referringIn(store)),
  });
  const client = (user: User = ADMINISTRATOR): KubeClient => inProcessClient(api, user);
  const own = { client: client(worker('system:apiserver')), clock, logger };
  const credentials = pki.frontProxy.client;
  const aggregator = createAggregator({ ...own, store, kinds: api.kinds, random, credentials });
  const everywhere = (user: User) => aggregatedClient({ servers: aggregator, clock, logger }, api, user);
  const housekeeping = createHousekeeping({ ...own, kinds: api.kinds, aggregator, serviceCidr });
  const workers = (options.workers ?? WORKERS).map(([user, create]) =>
    create({
      client: client(worker(user)),
      authority,
      elsewhere: { ...aggregator, client: everywhere(worker(user)) },
      strategy: options.scheduling ?? 'spread',
      clock,
      logger,
    }),
  );
  const lifetime = new AbortController();
  return {
    api,
    pki,
    serviceAccounts,
    bootstrapTokens: bootstrapAuthenticator({ secret, clock }),
    aggregator,
    client,
    workerClient: (name) => everywhere(worker(name)),
    snapshot: () => snapshotLines(store),
    publish: (host, port) => {
      const url = `https://${authorityOf(host, port)}`;
      const authorities = { authority: pki.ca, frontProxyAuthority: pki.frontProxy.ca };
      return keepPublished(own, { host, port, clusterIP, url, ...authorities }, lifetime.signal);
    },
    async start() {
      await housekeeping.start(lifetime.signal);
      for (const one of workers) one.start(lifetime.signal);
    },
    async stop() {
      lifetime.abort(new Error('the control plane stops'));
      await Promise.all([...workers, housekeeping].map((one) => one.stop()));
      await api.stop();
      room.stop();
      await store.close();
    },
  };
}
