import { randomInt } from 'node:crypto';
import type { Patch } from '../../../kube/client/client.ts';
import { isObject } from '../../../kube/values/equal.ts';
import { isExpired, statusError } from '../../../kube/values/status.ts';
import type { Json } from '../../../kube/values/types.ts';
import { notServed } from '../errors.ts';
import { rowKind } from '../kinds/kind.ts';
import type { Api, ItemTarget, ServedResource, StoredWatch, Target } from '../types.ts';
import { type Answer, json } from './answers.ts';
import { flag } from './flag.ts';
import type { Writer } from './objects.ts';
import {
  assertPatchOptions,
  deleteParameters,
  listParameters,
  logParameters,
  selectionOf,
  watchParameters,
  writeParameters,
} from './parameters.ts';
import { proxyServer } from './proxying.ts';
import { APPLY_CBOR, bodyOf, type Call, objectBody, requiredBody, unsupported } from './request.ts';
import { type Route, resourceVerb } from './requestinfo.ts';

export type ResourceRoute = Extract<Route, { type: 'resource' }>;

/** A request on a resource: method and shape of the path pick the verb, the verb layer does the rest. */
export async function answerResource(
  api: Api,
  writer: Writer,
  call: Call,
  route: ResourceRoute,
): Promise<Answer> {
  const resource = api.kinds.find(route.group, route.version, route.plural);
  if (!resource || resource.namespaced !== (route.namespace !== undefined)) {
    const overAll = resource?.namespaced && route.name === undefined;
    if (!resource || !overAll) throw notServed();
    // Over all namespaces objects are only listed and watched (apiserver `pkg/endpoints/installer.go`, allNamespaces).
    if (call.method !== 'GET') throw notAllowed();
  }
  if (resource.warning !== undefined) call.warnings.push(resource.warning);
  const { name, subresource, namespace } = route;
  const target: Target = { user: call.user, resource, ...(namespace === undefined ? {} : { namespace }) };
  const row = resource.subresourceRows.find((candidate) => candidate.name === subresource);
  if (name !== undefined && row?.answer === 'proxy')
    return {
      type: 'proxy',
      serve: await proxyServer(api, call, route, { ...target, name, subresource: row.name }),
    };
  if (name !== undefined && (row?.answer === 'command' || row?.answer === 'portForward')) {
    await api.dial({
      ...target,
      name,
      subresource: row.name,
      verb: call.method === 'POST' ? 'create' : 'get',
    });
    throw statusError('BadRequest', 'Upgrade request required');
  }
  const handler = HANDLERS[name === undefined ? 'collection' : 'item'][call.method];
  if (!handler) throw notAllowed();
  const item: ItemTarget = {
    ...target,
    name: name ?? '',
    ...(subresource === undefined ? {} : { subresource }),
  };
  return handler({ api, writer, call, route, resource, target, item });
}

const notAllowed = () =>
  statusError('MethodNotAllowed', 'the server does not allow this method on the requested resource');

interface Request {
  readonly api: Api;
  readonly writer: Writer;
  readonly call: Call;
  readonly route: ResourceRoute;
  readonly resource: ServedResource;
  readonly target: Target;
  readonly item: ItemTarget;
}

type Handler = (request: Request) => Promise<Answer>;

const HANDLERS: Readonly<Record<'collection' | 'item', Readonly<Record<string, Handler>>>> = {
  collection: { GET: listOrWatch, POST: create, DELETE: deleteCollection },
  item: { GET: get, POST: createSubresource, PUT: update, PATCH: patch, DELETE: deleteOne },
};

async function listOrWatch({ api, writer, call, route, resource, target }: Request): Promise<Answer> {
  if (resourceVerb(call.method, route, call.query) !== 'watch') {
    return writer.list(call, resource, await api.list({ ...target, ...listParameters(call.query) }));
  }
  return startWatch({ api, writer, call, resource, target }, undefined);
}

async function startWatch(
  { api, writer, call, resource, target }: Omit<Request, 'route' | 'item'>,
  name: string | undefined,
): Promise<Answer> {
  const parameters = watchParameters(call.query);
  const fields = [parameters.fieldSelector, name === undefined ? undefined : `metadata.name=${name}`];
  const fieldSelector = fields.filter((text) => text !== undefined).join(',');
  const request = {
    ...target,
    ...parameters,
    timeoutSeconds: parameters.timeoutSeconds || LEAST_WATCH_SECONDS + randomInt(LEAST_WATCH_SECONDS),
    ...(fieldSelector === '' ? {} : { fieldSelector }),
    signal: call.signal(),
  };
  return writer.watch(call, resource, await api.watch(request).catch(expiredAsEvent));
}

/** kube-apiserver's `--min-request-timeout`: watches without a time-out end after it, at the latest after twice that, not all at once. */
const LEAST_WATCH_SECONDS = 1800;

/** A watch that begins too far back says so in its first event (`storage/cacher`, newErrWatcher): clients look for it there. */
function expiredAsEvent(error: unknown): StoredWatch {
  if (!isExpired(error)) throw error;
  return { next: () => Promise.reject(error), close: () => {} };
}

async function get(request: Request): Promise<Answer> {
  const { api, writer, call, route, resource, item } = request;
  const { subresource } = route;
  const row = resource.subresourceRows.find(({ name }) => name === subresource);
  if (subresource !== undefined && row?.type === 'connect') {
    const parameters = logParameters(call.query);
    const body = await api.connect({ ...item, subresource, ...parameters, signal: call.signal() });
    return { type: 'stream', contentType: 'text/plain', body };
  }
  if (route.subresource === undefined && route.watch) {
    return startWatch(request, item.name);
  }
  return writer.object(call, resource, await api.get(item));
}

async function create({ api, writer, call, resource, target }: Request): Promise<Answer> {
  const { value: body, ...how } = await objectBody(call, resource.kind);
  const { stored } = await api.create({
    ...target,
    ...writeParameters(call, 'CreateOptions'),
    body,
    ...how,
  });
  return writer.object(call, resource, stored, 201);
}

async function createSubresource({ api, writer, call, resource, item }: Request): Promise<Answer> {
  if (item.subresource === undefined) {
    throw statusError('MethodNotAllowed', 'the server does not allow this method on the requested resource');
  }
  const { value: body, ...how } = await objectBody(call, rowKind(resource, item.subresource).kind);
  const { stored } = await api.create({ ...item, ...writeParameters(call, 'CreateOptions'), body, ...how });
  return writer.object(call, resource, stored, 201);
}

async function update({ api, writer, call, resource, item }: Request): Promise<Answer> {
  const { value: body, ...how } = await objectBody(call, rowKind(resource, item.subresource).kind);
  const { stored, created } = await api.update({
    ...item,
    ...writeParameters(call, 'UpdateOptions'),
    body,
    ...how,
  });
  return writer.object(call, resource, stored, created ? 201 : 200);
}

const APPLY_TYPE = 'application/apply-patch+yaml';
const PATCH_TYPES: Readonly<Record<string, Patch['type']>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
};

async function patch({ api, writer, call, resource, item }: Request): Promise<Answer> {
  const parameters = writeParameters(call, 'PatchOptions');
  const isApply = call.contentType === APPLY_TYPE || call.contentType === APPLY_CBOR;
  assertPatchOptions(call, isApply);
  const { value: body, ...how } = await requiredBody(call, APPLY_TYPE);
  if (isApply) {
    const { stored, created } = await api.apply({
      ...item,
      ...parameters,
      // Unlike elsewhere the user agent does not stand in: an apply must say whose intent it is.
      fieldManager: call.query.get('fieldManager') ?? '',
      ...(flag(call.query, 'force') ? { force: true } : {}),
      body,
      ...how,
    });
    return writer.object(call, resource, stored, created ? 201 : 200);
  }
  const { stored } = await api.patch({
    ...item,
    ...parameters,
    patch: patchOf(call.contentType, body),
    ...how,
    reading: { ...how.reading, type: 'patch' },
  });
  return writer.object(call, resource, stored);
}

function patchOf(contentType: string, body: Json): Patch {
  const type = PATCH_TYPES[contentType];
  if (type === undefined) throw unsupported([...Object.keys(PATCH_TYPES), APPLY_TYPE, APPLY_CBOR]);
  if (type !== 'json') {
    if (!isObject(body)) throw statusError('BadRequest', `a ${type} patch must be an object`);
    return { type, body };
  }
  if (!Array.isArray(body)) throw statusError('BadRequest', 'a JSON patch must be a list of operations');
  return { type, body: body as Extract<Patch, { type: 'json' }>['body'] };
}

async function deleteOne({ api, writer, call, resource, item }: Request): Promise<Answer> {
  const deleted = await api.delete({ ...item, ...deleteParameters(call, (await bodyOf(call))?.value) });
  return deleted.type === 'gone' ? json(deleted.status) : writer.object(call, resource, deleted.stored);
}

async function deleteCollection({ api, writer, call, resource, target }: Request): Promise<Answer> {
  const { labelSelector, fieldSelector } = selectionOf(call.query);
  const list = await api.deleteCollection({
    ...target,
    ...deleteParameters(call, (await bodyOf(call))?.value),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  });
  return writer.list(call, resource, list);
}
