import type {
  DeleteOptions,
  ListOptions,
  LogOptions,
  ObjectKey,
  WatchOptions,
  WriteOptions,
} from '../client/client.ts';
import { statusError } from '../values/status.ts';
import type { Json, JsonObject, Resource } from '../values/types.ts';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** `/apis/apps/v1/namespaces/shop/deployments`; without namespace the collection over all of them. */
export function collectionPath(resource: Resource, namespace?: string): string {
  const root =
    resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const scope = resource.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${scope}/${resource.plural}`;
}

/** Where an object is created: a namespaced kind needs a namespace here, unlike in a list. */
export function creationPath(resource: Resource, namespace: string | undefined): string {
  requireNamespace(resource, namespace);
  return collectionPath(resource, namespace);
}

export function objectPath(resource: Resource, key: ObjectKey, subresource?: string): string {
  requireNamespace(resource, key.namespace);
  if (!key.name) throw statusError('BadRequest', 'resource name may not be empty');
  const tail = subresource ? `/${subresource}` : '';
  return `${collectionPath(resource, key.namespace)}/${encodeURIComponent(key.name)}${tail}`;
}

function requireNamespace(resource: Resource, namespace: string | undefined): void {
  if (!resource.namespaced || namespace) return;
  throw statusError(
    'BadRequest',
    `an empty namespace may not be set when a resource name is provided (${resource.plural})`,
  );
}

/** The path with its query; members that are undefined, false or '' are left out. */
export function withQuery(path: string, query: Query): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== false && value !== '') params.set(name, String(value));
  }
  const text = params.toString();
  return text === '' ? path : `${path}?${text}`;
}

export const listQuery = (options: ListOptions): Query => ({
  labelSelector: options.labelSelector,
  fieldSelector: options.fieldSelector,
  limit: options.limit,
  continue: options.continue,
  resourceVersion: options.resourceVersion,
  resourceVersionMatch: options.resourceVersionMatch,
});

export const watchQuery = (options: WatchOptions): Query => ({
  watch: true,
  labelSelector: options.labelSelector,
  fieldSelector: options.fieldSelector,
  resourceVersion: options.resourceVersion,
  // The API asks for exactly this match when initial events are wanted (KEP-3157).
  resourceVersionMatch: options.sendInitialEvents ? 'NotOlderThan' : options.resourceVersionMatch,
  sendInitialEvents: options.sendInitialEvents,
  allowWatchBookmarks: options.allowWatchBookmarks ?? true,
  timeoutSeconds: options.timeoutSeconds,
});

export const writeQuery = (options: WriteOptions): Query => ({
  dryRun: options.dryRun ? 'All' : undefined,
  fieldManager: options.fieldManager,
  fieldValidation: options.fieldValidation ?? 'Strict',
});

export const logQuery = (options: LogOptions): Query => ({
  container: options.container,
  follow: options.follow,
  previous: options.previous,
  timestamps: options.timestamps,
  sinceSeconds: options.sinceSeconds,
  sinceTime: options.sinceTime,
  tailLines: options.tailLines,
  limitBytes: options.limitBytes,
});

/** metav1.DeleteOptions, the body of a delete. */
export function deleteBody(options: DeleteOptions): JsonObject {
  const { gracePeriodSeconds, propagationPolicy, preconditions, dryRun } = options;
  return withoutUndefined({
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    gracePeriodSeconds,
    propagationPolicy,
    preconditions: preconditions && withoutUndefined({ ...preconditions }),
    dryRun: dryRun ? ['All'] : undefined,
  });
}

function withoutUndefined(fields: Record<string, Json | undefined>): JsonObject {
  const kept: Record<string, Json> = {};
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) kept[name] = value;
  return kept;
}
