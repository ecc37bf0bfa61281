import type { Readable } from 'node:stream';
import { onAbort } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type {
  DeleteOptions,
  KubeClient,
  ListOptions,
  ObjectKey,
  Patch,
  User,
  WriteOptions,
} from '../client/client.ts';
import { PODS } from '../kinds/resources.data.ts';
import { deepFreeze } from '../values/equal.ts';
import { type Status, statusError } from '../values/status.ts';
import { apiVersionOf, type Json, type KubeList, type KubeObject, type Resource } from '../values/types.ts';
import { discover, discoveryCache } from './discovery.ts';
import { followKubeconfig } from './follow.ts';
import type { KubeconfigSource } from './kubeconfig.ts';
import {
  collectionPath,
  creationPath,
  deleteBody,
  listQuery,
  logQuery,
  objectPath,
  watchQuery,
  withQuery,
  writeQuery,
} from './paths.ts';
import { createTransport, type RemoteRequest, type Transport } from './transport.ts';
import { watchEvents } from './watch.ts';

export interface RemoteOptions {
  readonly kubeconfig: KubeconfigSource;
  /** Default: the kubeconfig's current context. */
  readonly context?: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Default `pilotage`; the API derives the default field manager from it. */
  readonly userAgent?: string;
  /** Milliseconds to wait for an answer, default 60,000. Watches and logs: for its head. */
  readonly timeout?: number;
  /** Freeze what comes out, so that a test finds who writes into it. Costs about as much as parsing. */
  readonly freeze?: boolean;
}

export interface RemoteClient extends KubeClient {
  readonly server: string;
  /** Namespace of the context. */
  readonly namespace: string;
  as(user: User): RemoteClient;
  /** Drops kept connections; the client stays usable. */
  close(): void;
}

/** Any cluster behind a kubeconfig. Throws ProblemError when that cannot be understood; connects on first use. */
export function remoteClient(options: RemoteOptions): RemoteClient {
  const { loaded, authenticate } = followKubeconfig(options.kubeconfig, options.context, options);
  const { credentials, namespace } = loaded;
  const transport = createTransport({
    authenticate,
    clock: options.clock,
    logger: options.logger,
    userAgent: options.userAgent ?? 'pilotage',
    timeout: options.timeout ?? 60_000,
  });
  const freeze = options.freeze ? deepFreeze : <V>(value: V): V => value;
  return clientOver({ transport, freeze, server: credentials.server.origin, namespace, headers: {} });
}

/** A server that is reached already, as one user. */
export interface Connection {
  readonly transport: Transport;
  readonly freeze: <V>(value: V) => V;
  readonly server: string;
  readonly namespace: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

export function clientOver(connection: Connection): RemoteClient {
  const { transport, freeze, headers } = connection;
  const call = async <T>(request: RemoteRequest): Promise<T> =>
    freeze((await transport.json({ ...request, headers })) as T);
  const discovery = discoveryCache(() => discover(transport, headers));

  return {
    server: connection.server,
    namespace: connection.namespace,
    async version() {
      const { gitVersion } = await call<{ readonly gitVersion: string }>({ method: 'GET', path: '/version' });
      return gitVersion;
    },
    resources: discovery.all,
    resourceFor: discovery.find,
    get: async (resource, key, { subresource, signal } = {}) =>
      call({ method: 'GET', path: objectPath(resource, key, subresource), signal }),
    async list<T extends KubeObject>(resource: Resource<T>, options: ListOptions = {}) {
      const path = withQuery(collectionPath(resource, options.namespace), listQuery(options));
      const list = await transport.json({ method: 'GET', path, headers, signal: options.signal });
      return freeze(withItemKinds<T>(resource, list as KubeList<T>));
    },
    watch: (resource, options) =>
      watchEvents(
        transport,
        { path: withQuery(collectionPath(resource, options.namespace), watchQuery(options)), headers },
        options.signal,
        freeze,
      ),
    create: async (resource, object, options = {}) =>
      call({
        method: 'POST',
        ...write(createPath(resource, object, options), options),
        body: object as Json,
      }),
    update: async (resource, object, options = {}) =>
      call({
        method: 'PUT',
        ...write(objectPath(resource, keyOf(object), options.subresource), options),
        body: object as Json,
      }),
    patch: async (resource, key, patch, options = {}) =>
      call({
        method: 'PATCH',
        ...write(objectPath(resource, key, options.subresource), options),
        contentType: PATCH_TYPES[patch.type],
        body: patch.body as Json,
      }),
    apply: async (resource, object, options) =>
      call({
        method: 'PATCH',
        ...write(objectPath(resource, keyOf(object), options.subresource), options, { force: options.force }),
        contentType: 'application/apply-patch+yaml',
        body: object as Json,
      }),
    delete: async <T extends KubeObject>(
      resource: Resource<T>,
      key: ObjectKey,
      options: DeleteOptions = {},
    ) =>
      call<T | Status>({
        method: 'DELETE',
        path: objectPath(resource, key),
        body: deleteBody(options),
        ...signalOf(options),
      }),
    async deleteCollection(resource, options = {}) {
      const { labelSelector, fieldSelector, namespace } = options;
      const path = withQuery(collectionPath(resource, namespace), { labelSelector, fieldSelector });
      await transport.json({
        method: 'DELETE',
        path,
        headers,
        body: deleteBody(options),
        signal: options.signal,
      });
    },
    logs: async (key, options = {}) => openLog(transport, headers, key, options),
    exec: async () => {
      throw statusError('MethodNotAllowed', 'exec through a remote cluster is not available in this version');
    },
    portForward: async () => {
      throw statusError(
        'MethodNotAllowed',
        'port-forward through a remote cluster is not available in this version',
      );
    },
    as: (user) => clientOver({ ...connection, headers: impersonation(user) }),
    close: transport.close,
  };
}

const PATCH_TYPES: Record<Patch['type'], string> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
};

const signalOf = (options: { readonly signal?: AbortSignal }) => ({ signal: options.signal });

const write = (path: string, options: WriteOptions, more: { readonly force?: boolean | undefined } = {}) => ({
  path: withQuery(path, { ...writeQuery(options), ...more }),
  signal: options.signal,
  onWarning: options.onWarning,
});

const keyOf = ({ metadata }: KubeObject): ObjectKey => ({
  name: metadata.name ?? '',
  ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
});

function createPath(
  resource: Resource,
  object: KubeObject,
  { subresource, namespace }: WriteOptions & { readonly namespace?: string },
): string {
  const own = object.metadata.namespace;
  if (namespace && own && namespace !== own) {
    throw statusError(
      'BadRequest',
      `the namespace of the provided object does not match the namespace sent on the request (${own}, ${namespace})`,
    );
  }
  const target = namespace ?? own;
  if (!subresource) return creationPath(resource, target);
  return objectPath(resource, { ...keyOf(object), ...(target ? { namespace: target } : {}) }, subresource);
}

/** Lists of built-in kinds leave apiVersion and kind out of their items; the seam promises them. */
function withItemKinds<T extends KubeObject>(resource: Resource<T>, list: KubeList<T>): KubeList<T> {
  const items = list.items ?? [];
  if (items[0]?.kind !== undefined) return list;
  const apiVersion = apiVersionOf(resource);
  return { ...list, items: items.map((item) => ({ ...item, apiVersion, kind: resource.kind })) };
}

async function openLog(
  transport: Transport,
  headers: Connection['headers'],
  key: ObjectKey,
  options: Parameters<KubeClient['logs']>[1] & object,
): Promise<Readable> {
  const path = withQuery(objectPath(PODS, key, 'log'), logQuery(options));
  const { signal } = options;
  const response = await transport.open({ method: 'GET', path, headers, accept: '*/*', signal });
  response.once(
    'close',
    onAbort(signal, () => response.destroy()),
  );
  return response;
}

const impersonation = (user: User): Connection['headers'] => ({
  'impersonate-user': user.name,
  ...(user.groups.length > 0 ? { 'impersonate-group': user.groups } : {}),
  ...(user.uid ? { 'impersonate-uid': user.uid } : {}),
});
