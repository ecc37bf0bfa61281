import { after } from '../../base/awaitable.ts';
import { once } from '../../base/once.ts';
import type {
  KubeClient,
  ListOptions,
  User,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from '../../kube/client/client.ts';
import { AUTHENTICATED } from '../../kube/client/serviceaccount.ts';
import { PODS } from '../../kube/kinds/resources.data.ts';
import { deepFreeze, isObject } from '../../kube/values/equal.ts';
import { plainJson } from '../../kube/values/plain.ts';
import { type StatusError, statusError } from '../../kube/values/status.ts';
import {
  apiVersionOf,
  gvkOf,
  type Json,
  type JsonObject,
  type KubeList,
  type KubeObject,
  type Resource,
} from '../../kube/values/types.ts';
import { type AccessReviewKind, accessReviewOf, accessReviewStatus } from './accessreviews.ts';
import { assertMayImpersonate } from './auth/impersonation.ts';
import { assertAuthorized } from './authorize.ts';
import { badRequest, notServed } from './errors.ts';
import { measuredAs } from './kinds/metrics.ts';
import { linkDuplex } from './streaming/linkduplex.ts';
import type { Api, ServedResource, StoredWatch, WriteParameters } from './types.ts';

/** Owner of fields that our own code writes without naming a manager. */
const DEFAULT_MANAGER = 'pilotage';

/**
 * The verbs as a KubeClient, without HTTP and JSON text: what it gives are the stored objects themselves, frozen.
 * Every request asks the authorizer about `user`; so does the first request of `as`, whether `user` may act as the other.
 */
export function inProcessClient(api: Api, user: User): KubeClient {
  const row = (resource: Resource): ServedResource => {
    const found = api.kinds.find(resource.group, resource.version, resource.plural);
    if (!found) throw notServed();
    return found;
  };
  const target = (resource: Resource, namespace?: string) => ({
    user,
    resource: row(resource),
    ...(namespace === undefined ? {} : { namespace }),
  });
  const item = (resource: Resource, { namespace, name }: { namespace?: string; name: string }) => {
    if (!name) throw badRequest('name is required');
    return { ...target(resource, scopeOf(resource, namespace)), name };
  };
  const itself = (resource: Resource, { metadata }: KubeObject) =>
    item(resource, {
      name: metadata.name ?? '',
      ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
    });

  return {
    version: async () => {
      await assertAuthorized(api.authorize, user, VERSION);
      return api.version.gitVersion;
    },
    resources: async () => {
      await assertAuthorized(api.authorize, user, DISCOVERY);
      return api.kinds.all();
    },
    resourceFor: async (kind) => {
      await assertAuthorized(api.authorize, user, DISCOVERY);
      return api.kinds.findKind(gvkOf(kind));
    },

    get: async <T extends KubeObject>(resource: Resource<T>, key: Key, options: Read = {}) => {
      options.signal?.throwIfAborted();
      const { object } = await api.get({ ...item(resource, key), ...pick(options, 'subresource') });
      return object as T;
    },
    list: async <T extends KubeObject>(resource: Resource<T>, options: ListOptions = {}) => {
      options.signal?.throwIfAborted();
      const { signal: _, namespace, ...rest } = options;
      const measured = measuredAs(resource);
      if (measured) return (await listMetrics(api, user, measured, options)) as KubeList<T>;
      const found = await api.list({ ...target(resource, namespace), ...rest });
      const answer: KubeList<T> = {
        apiVersion: apiVersionOf(resource),
        kind: row(resource).listKind,
        metadata: {
          resourceVersion: found.resourceVersion,
          ...pick(found, 'continue'),
          ...pick(found, 'remainingItemCount'),
        },
        items: found.items.map(({ object }) => object as T),
      };
      return deepFreeze(answer);
    },
    watch: <T extends KubeObject>(resource: Resource<T>, options: WatchOptions) => {
      const { namespace, ...rest } = options;
      const open = async () =>
        api.watch({ allowWatchBookmarks: true, ...target(resource, namespace), ...rest });
      return eventsOf<T>(open, options.signal);
    },

    create: async <T extends KubeObject>(
      resource: Resource<T>,
      object: KubeObject,
      options: WriteOptions & { readonly namespace?: string } = {},
    ) => {
      const namespace = options.namespace ?? object.metadata.namespace;
      const review = accessReviewOf(resource);
      if (review) return (await answered(api, user, resource, review, object, namespace)) as T;
      const request = { ...target(resource, scopeOf(resource, namespace)), ...parameters(options) };
      const { name } = object.metadata;
      const parent = options.subresource && name ? { name, subresource: options.subresource } : {};
      return (await api.create({ ...request, ...parent, body: plainJson(object) })).stored.object as T;
    },
    update: async <T extends KubeObject>(
      resource: Resource<T>,
      object: KubeObject,
      options: WriteOptions = {},
    ) => {
      const request = {
        ...itself(resource, object),
        ...pick(options, 'subresource'),
        ...parameters(options),
      };
      return (await api.update({ ...request, body: plainJson(object) })).stored.object as T;
    },
    patch: async (resource, key, patch, options = {}) => {
      const request = { ...item(resource, key), ...pick(options, 'subresource'), ...parameters(options) };
      return (await api.patch({ ...request, patch })).stored.object as never;
    },
    apply: async (resource, object, options) => {
      const { fieldManager, force = false } = options;
      const request = {
        ...itself(resource, object),
        ...pick(options, 'subresource'),
        ...parameters(options),
      };
      return (await api.apply({ ...request, fieldManager, force, body: plainJson(object) })).stored
        .object as never;
    },
    delete: async (resource, key, options = {}) => {
      options.signal?.throwIfAborted();
      const { signal: _, ...rest } = options;
      const deleted = await api.delete({ ...item(resource, key), ...rest });
      return (deleted.type === 'gone' ? deleted.status : deleted.stored.object) as never;
    },
    deleteCollection: async (resource, options = {}) => {
      options.signal?.throwIfAborted();
      const { signal: _, namespace, ...rest } = options;
      await api.deleteCollection({ ...target(resource, scopeOf(resource, namespace)), ...rest });
    },

    logs: async (key, options = {}) =>
      api.connect({
        subresource: 'log',
        ...item(PODS, key),
        ...options,
      }),
    exec: async () => {
      throw notBuilt('exec');
    },
    async portForward(key, port) {
      const target = item(PODS, key);
      const dial = await api.dial({ ...target, subresource: 'portforward', verb: 'get' });
      const closed = new AbortController();
      const duplex = linkDuplex(await dial({ port }, closed.signal));
      return duplex.once('close', () => closed.abort(new Error('the connection is closed')));
    },
    as: (other) => inProcessClient(impersonating(api, user, other), other),
  };
}

async function listMetrics(
  api: Api,
  user: User,
  resource: ServedResource,
  { namespace, labelSelector, fieldSelector, signal = new AbortController().signal }: ListOptions,
): Promise<KubeList<KubeObject>> {
  const found = await api.metrics({
    user,
    resource,
    signal,
    ...pick({ namespace }, 'namespace'),
    ...pick({ labelSelector }, 'labelSelector'),
    ...pick({ fieldSelector }, 'fieldSelector'),
  });
  return deepFreeze({
    apiVersion: apiVersionOf(resource),
    kind: resource.listKind,
    metadata: { resourceVersion: '' },
    items: found.map(({ object }) => object),
  });
}

/** A review as HTTP answers it; of tokens this client knows nothing. */
async function answered(
  api: Api,
  user: User,
  { group, plural }: Resource,
  kind: AccessReviewKind,
  object: KubeObject,
  namespace: string | undefined,
): Promise<KubeObject> {
  const { spec, metadata } = plainJson(object) as JsonObject;
  const scope = namespace === undefined ? {} : { namespace };
  await assertAuthorized(api.authorize, user, { verb: 'create', group, resource: plural, ...scope });
  const part = (value: Json | undefined) => (isObject(value) ? value : {});
  const question = { api, user, spec: part(spec), metadata: part(metadata), ...scope };
  const status = await accessReviewStatus(kind, question);
  return deepFreeze({ ...object, metadata: scope, status });
}

const VERSION = { verb: 'get', path: '/version' };
const DISCOVERY = { verb: 'get', path: '/apis' };

/** The verbs for `other`, if `user` may act as that: asked once, before the first request. */
export function impersonating(api: Api, user: User, other: User): Api {
  const groups = other.groups.filter((group) => group !== AUTHENTICATED);
  const allowed = once(() => assertMayImpersonate(api.authorize, user, { ...other, groups }));
  const asked =
    <R, A>(verb: (request: R) => Promise<A>) =>
    (request: R): Promise<A> => {
      const waiting = allowed();
      return waiting instanceof Promise ? waiting.then(() => verb(request)) : verb(request);
    };
  return {
    version: api.version,
    kinds: api.kinds,
    get: asked(api.get),
    list: asked(api.list),
    watch: asked(api.watch),
    create: asked(api.create),
    update: asked(api.update),
    patch: asked(api.patch),
    apply: asked(api.apply),
    delete: asked(api.delete),
    deleteCollection: asked(api.deleteCollection),
    connect: asked(api.connect),
    dial: asked(api.dial),
    metrics: asked(api.metrics),
    authorize: (whom, attributes) => after(allowed(), () => api.authorize(whom, attributes)),
    rulesFor: (whom, namespace) => after(allowed(), () => api.rulesFor(whom, namespace)),
  };
}

type Key = { readonly namespace?: string; readonly name: string };
type Read = { readonly subresource?: string; readonly signal?: AbortSignal };

const notBuilt = (what: string): StatusError =>
  statusError('MethodNotAllowed', `${what} is not served by the built-in orchestrator yet`);

function scopeOf(resource: Resource, namespace: string | undefined): string | undefined {
  if (!resource.namespaced) return undefined;
  if (!namespace) throw badRequest(`a namespace is required for ${resource.plural}`);
  return namespace;
}

function parameters(options: WriteOptions): WriteParameters {
  options.signal?.throwIfAborted();
  return {
    fieldManager: options.fieldManager ?? DEFAULT_MANAGER,
    fieldValidation: options.fieldValidation ?? 'Strict',
    ...pick(options, 'dryRun'),
    ...pick(options, 'onWarning'),
  };
}

/** The one member, where it is set: an absent member must stay absent. */
function pick<T extends object, K extends keyof T>(from: T, member: K): Pick<T, K> | Record<never, never> {
  return from[member] === undefined ? {} : { [member]: from[member] };
}

async function* eventsOf<T extends KubeObject>(
  open: () => Promise<StoredWatch>,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent<T>> {
  if (signal.aborted) return;
  const watch = await open();
  try {
    for (;;) {
      const events = await watch.next();
      if (!events || signal.aborted) return;
      for (const event of events) {
        if (event.type === 'BOOKMARK') yield event;
        else yield { type: event.type, object: event.stored.object as T };
        if (signal.aborted) return;
      }
    }
  } finally {
    watch.close();
  }
}
