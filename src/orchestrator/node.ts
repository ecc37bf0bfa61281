/** The node: what `compose/agent.ts` starts. Its pods outlive it; a new one takes them up where this one left them. */
import { join } from 'node:path';
import { onAbort } from '../base/abort.ts';
import type { Clock } from '../base/clock.ts';
import type { Confinement } from '../base/confinement.ts';
import { problemOf } from '../base/errors.ts';
import { every } from '../base/every.ts';
import type { Listening } from '../base/listen.ts';
import type { Logger } from '../base/log.ts';
import { networkId } from '../base/proc.ts';
import { keptState } from '../base/recordfile.ts';
import type { KubeClient } from '../kube/client/client.ts';
import { createEventRecorder } from '../kube/client/events.ts';
import { createInformer } from '../kube/client/informer.ts';
import { PODS } from '../kube/kinds/resources.data.ts';
import type { Address } from './network/address.ts';
import { createIngress, type IngressSettings } from './network/ingress/ingress.ts';
import { createNeighbours } from './network/neighbours.ts';
import { createPolicies } from './network/policy/policies.ts';
import { createServiceProxy, type ServiceProxy } from './network/proxy.ts';
import { openContainerServices } from './network/relay/containers.ts';
import { isOffered } from './network/relay/reach.ts';
import { createCarrier } from './node/link/carrier.ts';
import { keepLinked, type LinkTarget } from './node/link/client.ts';
import { serveRequest } from './node/link/handlers.ts';
import { createNodeServer } from './node/link/nodeserver.ts';
import { createLocalVolumes } from './node/localvolumes.ts';
import { machineStats } from './node/machinestats.ts';
import { createPods, type Pods } from './node/pod/pods.ts';
import { createLagMeter } from './node/probes/lag.ts';
import { keepRegistered, nodeResources } from './node/registration.ts';
import { mayAnswer } from './node/runtime/sockets.ts';
import { createNodeRuntime, keptDir, podsDir } from './node/runtimes.ts';

export { type ContainerBuilder, openContainerBuilder } from './node/containerbuilds.ts';
export { openEngineImages } from './node/engineimages.ts';
export * from './node/joining/joining.ts';
export type { LinkTarget } from './node/link/client.ts';
export { type BuildNetworks, openBuildNetworks } from './node/runtime/process/buildnetwork/network.ts';
export { decideConfinement } from './node/runtime/process/confinement/decide.ts';
export { probeMachine } from './node/runtime/process/confinement/probe.ts';
export {
  type BuildRequest,
  type ImageRow,
  type ImageStore,
  openImageStore,
} from './node/runtime/process/images/store.ts';
export { stopAllPods } from './node/runtimes.ts';

export interface NodeOptions {
  /** Authenticated as `system:node:<nodeName>`. */
  readonly client: KubeClient;
  readonly nodeName: string;
  /** Everything that the node keeps; one agent at a time uses it. */
  readonly dir: string;
  /** Loopback range that pods get their addresses from: `127.201.0.0/16`. */
  readonly podCidr: string;
  /** The address by which this machine is reached, and pods that share its network. */
  readonly hostIP: string;
  /** Where `openImageStore` keeps images: shared with the daemon, which builds them. */
  readonly imageStoreDir: string;
  readonly link: LinkTarget;
  /** Paths of sockets on which a container engine may answer; absent: this node has none. */
  readonly engineSockets?: readonly string[];
  /** Where Ingresses are served; absent: nowhere. */
  readonly ingress?: IngressSettings;
  /** Loopback range that cluster IPs are taken from; absent: containers reach no Services. */
  readonly serviceCidr?: string;
  /** Where this machine reaches the API; absent: where the cluster says. */
  readonly api?: Address;
  /** Whether this is the node of the control plane's own machine, which alone writes on Services what of them cannot be served. Default: it is. */
  readonly isFirst?: boolean;
  /** Whether it is another one in the network of that machine. */
  readonly isBesideFirst?: boolean;
  /** Another one for another build of this program. */
  readonly build?: string;
  /** How pods are kept from what is not theirs; absent: they run as the agent does. */
  readonly confinement?: Confinement;
  /** What every container starts from: PATH, HOME and the like of the machine. */
  readonly hostEnvironment: Readonly<Record<string, string>>;
  /** Absent: it listens for Services and Ingresses with sockets that end with this process. */
  readonly listening?: Listening;
  readonly clock: Clock;
  readonly logger: Logger;
  /** In [0, 1). */
  readonly random?: () => number;
}

export interface PilotageNode {
  /** Adopts what runs and serves what was served, before the API is asked for anything. */
  start(): Promise<void>;
  /** Lets go of everything and leaves the pods running. */
  stop(): Promise<void>;
}

/** How often sockets are gone through. */
const SURVEY_MS = 1_000;
/** How often containers that have just been started are checked for listening. */
const LISTEN_MS = 150;
/** How often mounted ConfigMaps and Secrets are compared (kubelet: about a minute). */
const REFRESH_MS = 10_000;
/** How often it is seen whether images have to make room (kubelet `pkg/kubelet/kubelet.go`, ImageGCPeriod). */
const COLLECT_MS = 5 * 60_000;
/** How often volumes are held to their limits (kubelet `pkg/kubelet/eviction`, monitoringInterval). */
const USAGE_MS = 10_000;

export function createNode(options: NodeOptions): PilotageNode {
  const { client, nodeName, dir, clock, hostIP } = options;
  const logger = options.logger.child({ node: nodeName });
  const podOf = (uid: string) => {
    const record = pods.find(uid)?.record;
    return record && { namespace: record.pod.metadata.namespace ?? '', address: record.podIP };
  };
  const containers = openContainerServices({
    ...options,
    dir: join(dir, 'relay'),
    proxy: () => proxy,
    podOf,
    allows: (client, backend) => policies.allows(client, backend),
    logger,
  });
  const { runtime, findEngine, collectImages, placeOf } = createNodeRuntime({
    ...options,
    ...(options.isFirst === false ? { imageOrigin: { target: options.link, nodeName } } : {}),
    logger,
    guard: (pod, place) => policies.guard(pod, place),
    ...(containers ? { relay: containers.relay } : {}),
  });
  const localVolumes = keptDir(dir);
  const stopping = new AbortController();
  const lag = createLagMeter(clock);
  const network = networkId();
  const carrier = createCarrier({ target: options.link, nodeName, clock, logger });
  const proxy: ServiceProxy = createServiceProxy({
    ...options,
    logger,
    ...(options.isFirst === false ? {} : { nodeHost: hostIP }),
    reports: options.isFirst ?? true,
    neighbours: createNeighbours({ client, nodeName, network, clock, logger }),
    carry: carrier.connect,
    isAnswered: ({ podUid, ...endpoint }) =>
      !pods.find(podUid) || mayAnswer(runtime.sockets.ownerOf({ pod: podUid, ...endpoint })),
    onKnowledge: async (known) => containers?.learn(known),
    ...keptState(join(dir, 'routes.json')),
  });
  const events = createEventRecorder({ client, clock, logger, component: 'pilotage-agent', host: nodeName });
  const policies = createPolicies({
    ...options,
    events,
    ownPods: () => pods.list().map(({ uid, record }) => ({ uid, address: record.podIP })),
    placeOf,
    ranges: () => containers?.ranges(),
    logger,
    ...keptState(join(dir, 'policies.json')),
  });
  const reclaimer = createLocalVolumes({ client, events, nodeName, root: localVolumes, clock, logger });
  const ingress =
    options.ingress &&
    createIngress({
      ...options,
      ...options.ingress,
      events,
      proxy,
      random: options.random ?? Math.random,
      isOffered: (backend, port) => isOffered(backend, port, { processes: options.podCidr, podOf }),
      logger,
      ...keptState(join(dir, 'ingress.json')),
    });
  const pods: Pods = createPods({
    ...options,
    runtime,
    events,
    localVolumes,
    lag,
    logger,
    random: options.random ?? Math.random,
    root: podsDir(dir),
    nodeResources: nodeResources(),
    informer: createInformer({
      client,
      resource: PODS,
      clock,
      logger,
      fieldSelector: `spec.nodeName=${nodeName}`,
    }),
    services: {
      get knowledge() {
        return proxy.knowledge;
      },
      isServing: proxy.isServing,
      addresses: (network) => (network && containers?.addresses(network)) ?? proxy.addresses(),
    },
    releasePod: (uid) => proxy.releasePod(uid),
  });
  const knownPods = () => pods.list().map(({ record }) => record.pod);
  const nodeStats = () => machineStats(clock);
  const serveHttp = createNodeServer({ nodeName, runtime, pods: knownPods, nodeStats, clock });
  let background: Promise<unknown> = Promise.resolve();
  let isSurveyDue = false;

  return { start, stop };

  async function start(): Promise<void> {
    // What was served is served before anything is started that might look for it; containers wait until it is known which pods they are.
    await proxy.start();
    await ingress?.start();
    policies.start(stopping.signal);
    await pods.start(stopping.signal);
    await containers?.start();
    proxy.synced.then(pods.wake, () => undefined);
    often(SURVEY_MS, survey);
    often(LISTEN_MS, () => {
      for (const worker of pods.list()) worker.checkListeners(true);
    });
    // What another pod listens on is the end of many a program.
    onAbort(stopping.signal, runtime.subscribe(surveySoon));
    often(REFRESH_MS, () => {
      for (const worker of pods.list()) void worker.refreshVolumes();
    });
    often(USAGE_MS, () => {
      for (const worker of pods.list()) void worker.checkUsage();
    });
    often(COLLECT_MS, () => void collect());
    reclaimer.start(stopping.signal);
    background = Promise.all([
      keepRegistered(
        {
          ...options,
          network,
          localVolumes,
          runtime,
          findEngine,
          policies,
          ...(containers ? { containerServices: containers } : {}),
          logger,
        },
        stopping.signal,
      ),
      keepLinked(
        {
          target: options.link,
          nodeName,
          onRequest: (request, stream) =>
            void serveRequest(request, stream, {
              runtime,
              podOf: (uid) => pods.find(uid)?.record.pod,
              addressOf: (uid) => (proxy.isReleased(uid) ? undefined : pods.find(uid)?.record.podIP),
              nodeStats,
              serveHttp,
              logger,
            }),
          clock,
          logger,
        },
        stopping.signal,
      ),
    ]);
  }

  async function collect(): Promise<void> {
    const lack = await collectImages().catch((error: unknown) => {
      logger.warn({ error: problemOf(error).message }, 'images that nothing uses cannot be looked for now');
      return undefined;
    });
    if (lack === undefined) return;
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: nodeName, uid: nodeName } };
    events.record(node, 'Warning', 'FreeDiskSpaceFailed', lack);
  }

  /** What a check has just found is reported at once. */
  function surveySoon(): void {
    if (isSurveyDue) return;
    isSurveyDue = true;
    clock.after(0, () => {
      isSurveyDue = false;
      if (!stopping.signal.aborted) survey();
    });
  }

  function survey(): void {
    const found = runtime.sockets.wildcards();
    for (const worker of pods.list()) {
      worker.setWildcards(found.get(worker.uid) ?? []);
      worker.checkListeners(false);
    }
  }

  function often(ms: number, work: () => void): void {
    const onError = (error: unknown) => logger.error({ error: problemOf(error).message }, 'a survey failed');
    every(ms, work, { clock, signal: stopping.signal, onError });
  }

  async function stop(): Promise<void> {
    stopping.abort(new Error('the agent stops'));
    lag.stop();
    const serving = [ingress?.stop(), containers?.stop(), proxy.stop(), carrier.stop()];
    await Promise.all([pods.stop(), ...serving, reclaimer.stop(), background]);
    await runtime.close();
  }
}
