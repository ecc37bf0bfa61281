import { Agent } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../base/clock.ts';
import { problemOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { DiscoveredResource, KubeClient, User } from '../../kube/client/client.ts';
import { discoveredResource, type ResourceDiscovery } from '../../kube/remote/discovery.ts';
import { clientOver } from '../../kube/remote/remote.ts';
import { createTransport, type RemoteRequest, type Transport } from '../../kube/remote/transport.ts';
import { statusError } from '../../kube/values/status.ts';
import { gvkOf, type Resource } from '../../kube/values/types.ts';
import type { RemoteServer, RemoteServers } from './aggregation/connection.ts';
import { remoteUserHeaders } from './aggregation/remoteuser.ts';
import { assertMayAsk, delegatedRoute } from './http/aggregated.ts';
import { impersonating, inProcessClient } from './inprocess.ts';
import type { Api } from './types.ts';
import type { RemoteVersion } from './wire/remoteversion.ts';

/** Of an answer, which is an object or a page of them. */
const MOST_BYTES = 16 * 1024 * 1024;
/** Nobody in this process waits longer for the head of an answer, or for the whole of one that is no stream. */
const TIMEOUT_MS = 10_000;

export interface AggregatedOptions {
  readonly servers: RemoteServers;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The client in this process, which knows the kinds of aggregated API servers too: they are asked over HTTP as the user, once our
 * authorizer has allowed it, as for a client from outside. Requests of a server that is not available reject with ServiceUnavailable.
 */
export function aggregatedClient(options: AggregatedOptions, api: Api, user: User): KubeClient {
  const { servers } = options;
  const local = inProcessClient(api, user);
  const clientFor = ({ group, version, plural }: Resource): KubeClient => {
    const isHere = api.kinds.find(group, version, plural) !== undefined;
    const server = isHere ? undefined : servers.serverFor(group, version);
    // Where nobody serves it, that is for this server to say.
    return server ? remoteClient(options, api, user, named(server, { group, version })) : local;
  };
  return {
    ...local,
    resources: async (asked) => [
      ...(await local.resources(asked)),
      ...servers.versions().flatMap(discovered),
    ],
    async resourceFor(kind) {
      const here = await local.resourceFor(kind);
      if (here) return here;
      const { group, version } = gvkOf(kind);
      const remote = servers.versions().find((one) => one.group === group && one.version === version);
      const found = remote && discovered(remote).find((row) => row.kind === kind.kind);
      // It may serve the kind all the same: whoever took the kind for unknown would take its objects for gone.
      if (remote && !found && !remote.isFresh) throw notAvailable(remote);
      return found;
    },
    get: (resource, ...rest) => clientFor(resource).get(resource, ...rest),
    list: (resource, ...rest) => clientFor(resource).list(resource, ...rest),
    watch: (resource, ...rest) => clientFor(resource).watch(resource, ...rest),
    create: (resource, ...rest) => clientFor(resource).create(resource, ...rest),
    update: (resource, ...rest) => clientFor(resource).update(resource, ...rest),
    patch: (resource, ...rest) => clientFor(resource).patch(resource, ...rest),
    apply: (resource, ...rest) => clientFor(resource).apply(resource, ...rest),
    delete: (resource, ...rest) => clientFor(resource).delete(resource, ...rest),
    deleteCollection: (resource, ...rest) => clientFor(resource).deleteCollection(resource, ...rest),
    as: (other) => aggregatedClient(options, impersonating(api, user, other), other),
  };
}

type GroupVersion = Pick<Resource, 'group' | 'version'>;

const notAvailable = ({ group, version }: GroupVersion, why = 'it has not answered yet') =>
  statusError('ServiceUnavailable', `the API server of ${group}/${version} is not available: ${why}`);

/** Whoever asks for many kinds at once is told whose server it is. */
const named = ({ host, connect }: RemoteServer, whose: GroupVersion): RemoteServer => ({
  host,
  connect: () =>
    connect().catch((error: unknown) => {
      throw notAvailable(whose, problemOf(error).message);
    }),
});

const discovered = ({ group, version, resources }: RemoteVersion): readonly DiscoveredResource[] =>
  resources.map((row) => discoveredResource(group, version, row as unknown as ResourceDiscovery));

/** A connection for each request: the server's endpoints and their certificates may change between two. */
function remoteClient(
  { clock, logger }: AggregatedOptions,
  api: Pick<Api, 'authorize'>,
  user: User,
  server: RemoteServer,
): KubeClient {
  const origin = new URL(`http://${server.host}`);
  const identity = { server: origin, headers: {}, tls: {}, proxy: agentOf(server) };
  const transport = createTransport({
    authenticate: async () => identity,
    clock,
    logger,
    userAgent: 'pilotage',
    timeout: TIMEOUT_MS,
    mostBytes: MOST_BYTES,
    // Somebody waits for this answer who has other things to do.
    mostRetries: 0,
  });
  const allowed = async ({ method, path }: RemoteRequest): Promise<void> => {
    // As it is sent: a URL would take dots for the way up.
    const [pathname = '', search = ''] = path.split(/\?(.*)/s);
    const asked = { method, query: new URLSearchParams(search), user };
    await assertMayAsk(api, asked, { route: delegatedRoute(pathname) });
  };
  const guarded: Transport = {
    ...transport,
    json: (request) => allowed(request).then(() => transport.json(request)),
    open: (request) => allowed(request).then(() => transport.open(request)),
  };
  const headers = remoteUserHeaders(user) as Record<string, string | readonly string[]>;
  return clientOver({
    transport: guarded,
    freeze: (value) => value,
    server: origin.href,
    namespace: '',
    headers,
  });
}

function agentOf(server: RemoteServer): Agent {
  const agent = new Agent();
  agent.createConnection = (_options, done) => {
    server.connect().then(
      (socket) => done?.(null, socket),
      (error: Error) => done?.(error, undefined as unknown as Duplex),
    );
    return undefined;
  };
  return agent;
}
