import type { TLSSocket } from 'node:tls';
import { problemOf } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import type { Again } from '../../../base/queue.ts';
import { splitKey } from '../../../kube/client/cache.ts';
import type { KubeClient, User } from '../../../kube/client/client.ts';
import { createController, watch } from '../../../kube/client/controller.ts';
import { createInformer } from '../../../kube/client/informer.ts';
import type { APIService } from '../../../kube/kinds/objects.data.ts';
import { API_SERVICES, ENDPOINT_SLICES, SERVICES } from '../../../kube/kinds/resources.data.ts';
import { isNotFound, statusError } from '../../../kube/values/status.ts';
import type { JsonObject } from '../../../kube/values/types.ts';
import type { Store } from '../../store/types.ts';
import { LOCAL } from '../kinds/apiservice.ts';
import { endpointOf, SERVICE_NAME } from '../kinds/serviceendpoints.ts';
import type { KindRegistry } from '../types.ts';
import { SERVED_HERE, withFinding } from './availability.ts';
import { type ConnectionOptions, connectTo, type RemoteServers } from './connection.ts';
import { type Emptied, emptyNamespace } from './emptying.ts';
import { probe } from './probe.ts';
import { readDocument } from './reading.ts';
import {
  dnsName,
  findRemoteService,
  isAvailable,
  type RemoteService,
  remoteServiceOf,
  remoteServices,
} from './remoteservices.ts';
import { createSeen } from './seen.ts';

export interface Aggregator extends RemoteServers {
  /** Deletes the objects of a namespace at every server, and tells what is left. Never rejects. */
  emptyNamespace(namespace: string): Promise<Emptied>;
  /** What a server says at a path below a version of the group, `namespaces/shop/ships`; undefined: nobody serves it. Rejects with what went wrong. */
  read(group: string, path: string, user: User): Promise<JsonObject | undefined>;
  /** Whether a version of a group is another server's, and that has answered when it was asked last. */
  isReachable(group: string, version: string): boolean;
  start(signal: AbortSignal): void;
  /** Resolves when no server is being looked after. */
  stop(): Promise<void>;
}

export interface AggregatorOptions extends ConnectionOptions {
  readonly store: Store;
  readonly kinds: KindRegistry;
  readonly client: KubeClient;
  readonly logger: Logger;
  /** An integer in [0, n). */
  readonly random: (n: number) => number;
}

/** Keeps the condition `Available` of APIServices, and what is known of the servers behind them. */
export function createAggregator(options: AggregatorOptions): Aggregator {
  const { store, kinds, client, clock, logger } = options;
  const seen = createSeen();
  const informer = { client, clock, logger };
  const apiServices = createInformer({ ...informer, resource: API_SERVICES });

  async function reconcile(key: string, signal: AbortSignal): Promise<Again> {
    const { name } = splitKey(key);
    const apiService = apiServices.get({ name });
    if (!apiService) return seen.forget(name);
    const remote = remoteServiceOf(apiService, kinds);
    if (!remote) {
      seen.forget(name);
      await write(withFinding(apiService, apiService.spec.service ? SERVED_HERE : LOCAL, clock.now()));
      return undefined;
    }
    const { finding, ...said } = await probe(remote, options);
    if (signal.aborted) return undefined;
    const afterMs = seen.note(name, said);
    await write(withFinding(apiService, finding, clock.now()));
    return { afterMs };
  }

  async function write(apiService: APIService | undefined): Promise<void> {
    if (!apiService) return;
    await client.update(API_SERVICES, apiService, { subresource: 'status' }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }

  const behind = (namespace: string | undefined, name: string | undefined): readonly string[] =>
    apiServices
      .list()
      .flatMap(({ metadata, spec: { service } }) =>
        service && service.namespace === namespace && service.name === name ? [metadata.name ?? ''] : [],
      );
  const controller = createController({
    name: 'apiservice-availability',
    clock,
    logger,
    watches: [
      watch(apiServices, ({ metadata }) => [metadata.name ?? '']),
      watch(createInformer({ ...informer, resource: SERVICES }), ({ metadata }) =>
        behind(metadata.namespace, metadata.name),
      ),
      watch(createInformer({ ...informer, resource: ENDPOINT_SLICES }), ({ metadata }) =>
        behind(metadata.namespace, metadata.labels?.[SERVICE_NAME]),
      ),
    ],
    reconcile,
    concurrency: 8,
  });
  const serverFor: RemoteServers['serverFor'] = (group, version) => {
    const remote = findRemoteService({ store, kinds }, group, version);
    return remote && { host: dnsName(remote.service), connect: () => connectToOne(remote, options) };
  };
  const versions: RemoteServers['versions'] = () =>
    remoteServices({ store, kinds }).map(({ apiService: { metadata, spec }, group, version }) => ({
      group,
      version,
      groupPriority: spec.groupPriorityMinimum,
      versionPriority: spec.versionPriority,
      ...seen.of(metadata.name ?? ''),
    }));
  const servers: RemoteServers = { serverFor, versions };
  return {
    ...servers,
    emptyNamespace: (namespace) => emptyNamespace(namespace, servers, clock),
    read: (group, path, user) => readDocument(group, path, user, servers, clock),
    isReachable: (group, version) =>
      versions().some((one) => one.isFresh && one.group === group && one.version === version),
    start: (signal) => controller.start(signal),
    stop: () => controller.stop(),
  };
}

async function connectToOne(remote: RemoteService, options: AggregatorOptions): Promise<TLSSocket> {
  const address = isAvailable(remote.apiService) ? endpointOf(options, remote.service) : 'not available';
  if (typeof address === 'string') throw statusError('ServiceUnavailable', 'service unavailable');
  try {
    return await connectTo(address, remote, options);
  } catch (error) {
    throw statusError('ServiceUnavailable', `error trying to reach service: ${problemOf(error).message}`);
  }
}
