import { join } from 'node:path';
import type { Clock } from '../../../base/clock.ts';
import { Admission, connectionLimits } from '../../../base/connections.ts';
import { problemOf } from '../../../base/errors.ts';
import { isInRange, nthOf } from '../../../base/ipv4range.ts';
import type { Logger } from '../../../base/log.ts';
import { renewed } from '../../../base/once.ts';
import { readResolvConf } from '../../../base/resolvconf.ts';
import { createResolver } from '../dns/resolver.ts';
import { createUpstream } from '../dns/upstream.ts';
import { EMPTY_ZONE } from '../dns/zone.ts';
import type { ServiceAddress } from '../fronts.ts';
import type { Knowledge, ServiceProxy } from '../proxy.ts';
import { type Backend, isBehind, routeKey } from '../route.ts';
import { createAgentEnd, type RelayedClient, type RelayedFlow } from './agentend.ts';
import { connectRelayed } from './connect.ts';
import { connectFlow } from './connectflows.ts';
import { type Behind, relayFronts } from './fronts.ts';
import { type RelayProgram, relayProgram } from './program.ts';
import { type ContainerRanges, containerView, type NodeRanges } from './ranges.ts';
import { mayReach, type Surroundings } from './reach.ts';

export interface ContainerServicesOptions {
  readonly proxy: () => Pick<ServiceProxy, 'backends' | 'dialing'>;
  /** Of pods of processes. */
  readonly podCidr: string;
  /** That cluster IPs are taken from; absent: containers reach no Services. */
  readonly serviceCidr?: string;
  /** Another one for another build of this program. */
  readonly build?: string;
  /** In which the relay finds the agent. */
  readonly dir: string;
  readonly podOf: Surroundings['podOf'];
  /** Whether network policies let a client in a container get to a backend. */
  readonly allows: (client: string, backend: Backend) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Services and names for containers, by way of the relay, which listens where containers are. */
export interface ContainerServices {
  /** Never rejects: without it, containers reach no Services, and everything else goes on. */
  start(): Promise<void>;
  /** Resolves when the relay does what it says, or cannot now. */
  learn(known: Knowledge): Promise<void>;
  /** The address of every port of every Service, for containers in those ranges. */
  addresses(ranges: ContainerRanges): readonly ServiceAddress[];
  /** What the container of the relay is made from, and how that is told of it. */
  readonly relay: {
    readonly program: RelayProgram & {
      readonly directory: string;
      readonly socket: string;
      readonly version: string;
    };
    /** Containers have these addresses from now on. */
    readonly onNetwork: (ranges: ContainerRanges) => void;
    /** Whether it has found its agent. */
    readonly isConnected: () => boolean;
  };
  /** Why containers reach less than they should, and what helps. */
  readonly problem: string | undefined;
  /** As they are now; undefined: there is no network of containers. */
  ranges(): ContainerRanges | undefined;
  stop(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 2_000;
const DNS_PORT = 53;
/** For so long it is believed who the node asks for names. */
const RESOLVERS_MS = 1_000;

const SOCKET = 'agent.sock';

/** undefined: containers reach no Services. */
export function openContainerServices(options: ContainerServicesOptions): ContainerServices | undefined {
  const { serviceCidr, podCidr } = options;
  const program = relayProgram();
  if (serviceCidr === undefined || !program) return undefined;
  return createContainerServices(options, { processes: podCidr, services: serviceCidr }, program);
}

function createContainerServices(
  { proxy, podOf, allows, dir, build = '', clock, ...options }: ContainerServicesOptions,
  node: NodeRanges,
  program: RelayProgram,
): ContainerServices {
  const logger = options.logger.child({ part: 'services of containers' });
  const admission = new Admission(connectionLimits(2));
  const api = nthOf(node.services, 1);
  const resolve = createResolver({
    zone: () => known.zone,
    upstream: createUpstream({
      servers: renewed(() => readResolvConf(() => true).servers, RESOLVERS_MS, clock),
    }),
  });
  const agentEnd = createAgentEnd({
    path: join(dir, SOCKET),
    onClient: (client) => void accept(client),
    onFlow: acceptFlow,
    onQuery: async (message, transport) => ranges && resolve(message, transport, containerView(node, ranges)),
    clock,
    logger,
  });
  let known: Knowledge = { table: new Map(), zone: EMPTY_ZONE };
  let ranges: ContainerRanges | undefined;
  let fronts: ReturnType<typeof relayFronts> = new Map();
  let accepted = 0;
  let deaf: string | undefined;
  const flows = new Map<RelayedFlow, Backend>();

  async function accept(client: RelayedClient): Promise<void> {
    const behind = fronts.get(client.front)?.behind;
    const id = String(accepted++);
    const containers = ranges;
    if (!behind || !containers || admission.enter(id, client.front).type === 'refused')
      return client.refuse();
    admission.proven(id);
    client.onClose(() => admission.leave(id));
    await connectRelayed(client, backendsOf(behind, client.address), {
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      ...dialing(behind, client.address, containers),
    });
  }

  const backendsOf = (behind: Behind, client: string): readonly Backend[] =>
    behind.type === 'pod' ? [behind.backend] : proxy().backends(behind, client);

  const dialing = (behind: Behind, client: string, containers: ContainerRanges) => ({
    ...proxy().dialing,
    isBesideRelay: ({ host }: Backend) => isInRange(host, containers.pods),
    mayReach: (backend: Backend) =>
      mayReach(backend, behind, { node, containers, podOf }) && allows(client, backend),
  });

  function acceptFlow(flow: RelayedFlow): void {
    const behind = fronts.get(flow.front)?.behind;
    if (!behind || !ranges) return void flow.end();
    const backend = connectFlow(
      flow,
      backendsOf(behind, flow.address),
      dialing(behind, flow.address, ranges),
    );
    if (!backend) return;
    flows.set(flow, backend);
    flow.onClose(() => flows.delete(flow));
  }

  /** Datagrams go to no pod that is behind its Service no more. */
  function endFlows(): void {
    for (const [flow, backend] of flows) {
      const behind = fronts.get(flow.front)?.behind;
      const isThere =
        behind?.type === 'pod'
          ? behind.backend.podUid === backend.podUid
          : behind && isBehind(known.table, routeKey(behind), backend);
      if (!isThere) flow.end();
    }
  }

  async function assign(): Promise<void> {
    if (!ranges) return;
    fronts = relayFronts(known.table, known.zone, containerView(node, ranges));
    endFlows();
    await agentEnd.assign({
      fronts: [...fronts.values()].map(({ front }) => front),
      dns: { host: ranges.relay, port: DNS_PORT },
      clients: ranges.pods,
    });
  }

  return {
    async start() {
      await agentEnd.listen().catch((error: unknown) => {
        deaf = `containers reach no Services, their relay finds no agent: ${problemOf(error).message}`;
        logger.error({}, deaf);
      });
    },
    relay: {
      program: { ...program, directory: dir, socket: SOCKET, version: build },
      onNetwork(wanted) {
        if (ranges?.pods === wanted.pods) return;
        ranges = wanted;
        void assign();
      },
      isConnected: () => agentEnd.isConnected,
    },
    learn(now) {
      known = now;
      return assign();
    },
    addresses(of) {
      const { shown } = containerView(node, of);
      return [...known.table.values()].flatMap(
        ({ namespace, service, portName, port, protocol, clusterIP = '' }) => {
          // Clients of the API compare its certificate with the name by which they know it, which is no address of this network.
          const host = clusterIP === api ? 'kubernetes.default.svc' : shown(clusterIP);
          const named = {
            namespace,
            service,
            portName,
            servicePort: port,
            ...(protocol ? { protocol } : {}),
          };
          return host === undefined ? [] : [{ ...named, host, port }];
        },
      );
    },
    get problem() {
      return deaf ?? agentEnd.problem;
    },
    ranges: () => ranges,
    stop: () => agentEnd.close(),
  };
}
