import type { Socket } from 'node:net';
import { type Clock, sleep } from '../../base/clock.ts';
import { Admission, connectionLimits, createTally } from '../../base/connections.ts';
import { deferred } from '../../base/deferred.ts';
import { problemOf } from '../../base/errors.ts';
import type { Listening } from '../../base/listen.ts';
import type { Logger } from '../../base/log.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { createInformer, type Informer } from '../../kube/client/informer.ts';
import type { Service } from '../../kube/kinds/objects.data.ts';
import { ENDPOINT_SLICES, SERVICES } from '../../kube/kinds/resources.data.ts';
import type { Address } from './address.ts';
import { withApi } from './apiroute.ts';
import { createAttempts } from './connectattempts.ts';
import { createDatagramProxy } from './datagramproxy.ts';
import { EMPTY_ZONE, type Zone, zoneOf } from './dns/zone.ts';
import { type ForwardOptions, forward } from './forward.ts';
import { addressesOf, frontsOf, type ServiceAddress, type Substitutes } from './fronts.ts';
import { createListeners } from './listeners.ts';
import type { Neighbours } from './neighbours.ts';
import { reachability } from './report.ts';
import {
  type Backend,
  choose,
  type Route,
  type RoutingTable,
  route,
  routeKey,
  withReleased,
} from './route.ts';
import { trackStoppingPods } from './stoppingpods.ts';

/** The state that a restarted proxy serves from until the API answers. Plain JSON. */
export interface ProxyState {
  readonly routes: readonly Route[];
  readonly substitutes: Substitutes;
  /** Absent in what an earlier release has saved. */
  readonly zone?: Zone;
}

/** Everything that a proxy knows of Services now. */
export interface Knowledge {
  readonly table: RoutingTable;
  readonly zone: Zone;
}

export interface ServiceProxyOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where node ports listen: 127.0.0.1; absent: nowhere on this node. */
  readonly nodeHost?: string;
  /** The other nodes, and the way to those on other machines. Default: there are none. */
  readonly neighbours?: Neighbours;
  readonly carry?: NonNullable<ForwardOptions['carry']>;
  /** Where this machine reaches the API; absent: where the cluster says. */
  readonly api?: Address;
  /** Whether another node of the cluster, which has the addresses of Services, is in the same network. */
  readonly isBesideFirst?: boolean;
  /** Whether it writes on Services what of them cannot be served; one node of a cluster does. Default: it does. */
  readonly reports?: boolean;
  /** False when a connection to this backend would reach another process, which listens on every address. */
  readonly isAnswered?: (backend: Backend) => boolean;
  /** Hears of everything that is known, before a Service counts as served. Never rejects. */
  readonly onKnowledge?: (known: Knowledge) => Promise<void>;
  readonly load: () => ProxyState | undefined;
  readonly save: (state: ProxyState) => void;
  /** Absent: it listens with sockets that end with this process. */
  readonly listening?: Listening;
}

/** A proxy for TCP and UDP from the cluster IPs and node ports of all Services to their pods. */
export interface ServiceProxy {
  /** Serves from the saved state at once; resolves when it listens. From then on the API is watched. */
  start(): Promise<void>;
  /** Closes listeners and connections. */
  stop(): Promise<void>;
  /** Resolves when the table comes from the API and binding every address has been tried. */
  readonly synced: Promise<void>;
  /** The source of the known Services: the API, the saved state of an earlier proxy, or nothing yet. */
  readonly knowledge: 'read' | 'kept' | 'none';
  /** Whether this Service is in effect, as far as possible. */
  isServing(service: Service): boolean;
  /** The bound address of every port of every Service: for `<NAME>_SERVICE_HOST` and `_PORT`. */
  addresses(): readonly ServiceAddress[];
  /** One of them; `port` is the number or the name that the Service gives it. */
  serviceAddress(service: { namespace: string; name: string }, port: number | string): Address | undefined;
  /** All Services, as the API has them. */
  readonly services: Pick<Informer<Service>, 'list' | 'listen' | 'synced' | 'isSynced'>;
  /** The pods for one more request of a client to a port of a Service, in the order in which they are to be tried. */
  backends(port: Pick<Route, 'namespace' | 'service' | 'portName'>, client: string): readonly Backend[];
  /** How to connect to one of them. */
  readonly dialing: Pick<ForwardOptions, 'attempt' | 'isAnswered' | 'carry'>;
  /** Whether the pod is to get no new connections. */
  isReleased(podUid: string): boolean;
  /**
   * From now on no new connection goes to the pod, whatever the API says. Resolves when no connection attempt
   * is pending either: the pod may be sent SIGTERM. Existing connections are not affected.
   */
  releasePod(podUid: string): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 2_000;
/** An address in use may become free: bindings that failed are tried again. */
const RETRY_MS = 5_000;

export function createServiceProxy(options: ServiceProxyOptions): ServiceProxy {
  const { client, clock, nodeHost, load, save, isAnswered = () => true } = options;
  const { onKnowledge = async () => {}, reports = true } = options;
  const logger = options.logger.child({ part: 'service proxy' });
  const services = createInformer({ client, resource: SERVICES, clock, logger });
  const slices = createInformer({ client, resource: ENDPOINT_SLICES, clock, logger });
  const informers = [services, slices, ...(options.neighbours ? [options.neighbours] : [])];
  const stopping = new AbortController();
  const sockets = new Set<Socket>();
  const cursors = new Map<string, number>();
  const attempts = createAttempts();
  const { neighbours, carry, listening } = options;
  const dialing = { attempt: attempts.begin, isAnswered, ...(carry ? { carry } : {}) };
  const stoppingPods = trackStoppingPods(clock);
  const datagrams = createDatagramProxy({ next, isAnswered, clock, logger });
  const listeners = createListeners({ onConnection: accept, onDatagram: datagrams.take, listening });
  let table: RoutingTable = new Map();
  let zone = EMPTY_ZONE;
  let substitutes: Substitutes = {};
  let knowledge: ServiceProxy['knowledge'] = 'none';
  /** uids of Services that are in effect. */
  let served: ReadonlySet<string | undefined> = new Set();
  let isDue = false;
  let applied: Promise<void> = Promise.resolve();

  const admission = new Admission(connectionLimits(2));
  const refused = createTally(clock, (count) =>
    logger.warn({ refused: count }, 'connections to services were reset: too many are open'),
  );
  let accepted = 0;

  function accept(socket: Socket, key: string): void {
    const id = String(accepted++);
    // A flooded service leaves room for the others.
    const entry = admission.enter(id, key);
    if (entry.type === 'refused') {
      refused();
      socket.on('error', () => socket.destroy());
      socket.resetAndDestroy();
      return;
    }
    admission.proven(id);
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      admission.leave(id);
    });
    void forward(socket, next(key, socket.remoteAddress), {
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      ...dialing,
    });
  }

  /** The pods in turn. */
  function next(key: string, client: string | undefined): readonly Backend[] {
    const cursor = cursors.get(key) ?? 0;
    if (table.has(key)) cursors.set(key, cursor + 1);
    return choose(table, key, cursor, client);
  }

  /** Changes of one turn of the event loop make one new table; nothing changes before both caches are filled. */
  function refreshSoon(): void {
    if (isDue) return;
    isDue = true;
    queueMicrotask(() => {
      isDue = false;
      if (informers.every(({ isSynced }) => isSynced) && !stopping.signal.aborted) refreshNow();
    });
  }

  function refreshNow(): void {
    applied = refresh().catch((error: unknown) => {
      logger.error({ error: problemOf(error).message }, 'cannot apply the routing table');
    });
  }

  /** Routing changes at once; listeners, the saved state and the conditions follow. */
  async function refresh(): Promise<void> {
    const current = slices.list();
    const known = new Set(services.list().map(({ metadata }) => metadata.uid));
    stoppingPods.tidy(current.flatMap((slice) => slice.endpoints ?? []));
    const fresh = route(services.list(), current, stoppingPods.has, neighbours?.placeOf);
    table = withApi(fresh, options.api);
    datagrams.follow(table);
    zone = zoneOf(services.list(), current);
    for (const key of cursors.keys()) if (!table.has(key)) cursors.delete(key);
    await Promise.all([listen(), onKnowledge({ table, zone })]);
    served = known;
    knowledge = 'read';
    save({ routes: [...table.values()], substitutes, zone });
    if (reports) await Promise.all(services.list().map(report));
  }

  async function listen(): Promise<void> {
    const fronts = frontsOf(table, nodeHost, substitutes, options.isBesideFirst);
    await listeners.reconcile(fronts);
    const bindings = fronts.map(({ id }) => [id, listeners.binding(id)] as const);
    substitutes = Object.fromEntries(
      bindings.flatMap(([id, binding]) => (binding?.state === 'substituted' ? [[id, binding.address]] : [])),
    );
  }

  async function report(service: Service): Promise<void> {
    const condition = reachability(service, table, listeners.binding, clock.now());
    if (!condition) return;
    const { namespace = '', name = '' } = service.metadata;
    const others = (service.status?.conditions ?? []).filter(({ type }) => type !== condition.type);
    if (condition.status === 'False') logger.warn({ namespace, service: name }, condition.message ?? '');
    const conditions = [...others, condition].map((one) => ({ ...one }));
    try {
      await client.patch(
        SERVICES,
        { namespace, name },
        { type: 'merge', body: { status: { conditions } } },
        { subresource: 'status', fieldManager: 'pilotage-agent' },
      );
    } catch (error) {
      logger.warn(
        { namespace, service: name, error: problemOf(error).message },
        'cannot write the condition',
      );
    }
  }

  async function retryFailed(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(clock, RETRY_MS, signal).catch(() => undefined);
      const fronts = frontsOf(table, nodeHost, substitutes, options.isBesideFirst);
      const isAnyMissing = fronts.some(({ id }) => listeners.binding(id)?.state === 'failed');
      if (!isAnyMissing || signal.aborted) continue;
      await listen();
      refreshSoon();
    }
  }

  async function follow(signal: AbortSignal): Promise<void> {
    for (const informer of [services, slices]) {
      informer.listen({ add: refreshSoon, update: refreshSoon, delete: refreshSoon });
      informer.start(signal);
    }
    neighbours?.follow(refreshSoon, signal);
    await Promise.all(informers.map(({ synced }) => synced));
    refreshNow();
    await applied;
  }

  const synced = deferred();

  return {
    async start() {
      const saved = load();
      if (saved) {
        table = new Map(saved.routes.map((one) => [routeKey(one), one]));
        substitutes = saved.substitutes;
        zone = saved.zone ?? EMPTY_ZONE;
        await Promise.all([listen(), onKnowledge({ table, zone })]);
        knowledge = 'kept';
      }
      follow(stopping.signal).then(synced.resolve, synced.reject);
      void retryFailed(stopping.signal);
    },
    async stop() {
      stopping.abort(new Error('the service proxy stops'));
      await applied;
      await listeners.close();
      datagrams.close();
      for (const socket of sockets) socket.destroy();
    },
    synced: synced.promise,
    get knowledge() {
      return knowledge;
    },
    isServing: ({ metadata }) => served.has(metadata.uid),
    addresses: () => addressesOf(table, listeners.binding),
    serviceAddress({ namespace, name }, port) {
      const found = addressesOf(table, listeners.binding).find(
        (one) =>
          one.namespace === namespace &&
          one.service === name &&
          (one.servicePort === port || one.portName === port),
      );
      return found && { host: found.host, port: found.port };
    },
    services,
    isReleased: (podUid) => stoppingPods.has({ podUid }),
    backends: (port, from) => next(routeKey(port), from),
    dialing,
    async releasePod(podUid) {
      stoppingPods.add(podUid);
      table = withReleased(table, stoppingPods.has);
      await attempts.ended(podUid);
    },
  };
}
