import type { KubeClient, ObjectKey, WatchEvent } from '../../../src/kube/client/client.ts';
import { statusError } from '../../../src/kube/values/status.ts';
import type { KubeObject, Resource } from '../../../src/kube/values/types.ts';

/** The few things that a node asks of an API server, in memory; `isDown` makes every call fail as a refused connection does. */
export interface FakeApi {
  readonly client: KubeClient;
  isDown: boolean;
  put<T extends KubeObject>(resource: Resource<T>, object: T): T;
  get<T extends KubeObject>(resource: Resource<T>, name: string): T | undefined;
  list<T extends KubeObject>(resource: Resource<T>): readonly T[];
  /** As a person deletes: a pod gets its time, anything else goes at once. */
  delete(resource: Resource, name: string, graceSeconds?: number): void;
  remove(resource: Resource, name: string): void;
}

type Json = { [key: string]: unknown };
type Watcher = { readonly plural: string; readonly push: (event: WatchEvent) => void };

export function fakeApi(): FakeApi {
  const objects = new Map<string, KubeObject>();
  const watchers = new Set<Watcher>();
  let version = 0;
  const keyOf = (resource: Resource, name: string) => `${resource.plural}/${name}`;

  function store(resource: Resource, object: KubeObject, type: 'ADDED' | 'MODIFIED'): KubeObject {
    version++;
    const name = object.metadata.name ?? `${object.metadata.generateName}${version}`;
    const uid = object.metadata.uid ?? `uid-${version}`;
    const stored = {
      ...object,
      metadata: { ...object.metadata, name, uid, resourceVersion: String(version) },
    };
    objects.set(keyOf(resource, name), stored);
    tell(resource, { type, object: stored });
    return stored;
  }
  const history: { readonly plural: string; readonly version: number; readonly event: WatchEvent }[] = [];
  const tell = (resource: Resource, event: WatchEvent) => {
    history.push({ plural: resource.plural, version, event });
    for (const watcher of watchers) if (watcher.plural === resource.plural) watcher.push(event);
  };
  function remove(resource: Resource, name: string): void {
    const before = objects.get(keyOf(resource, name));
    if (!objects.delete(keyOf(resource, name)) || !before) return;
    version++;
    tell(resource, {
      type: 'DELETED',
      object: { ...before, metadata: { ...before.metadata, resourceVersion: String(version) } },
    });
  }
  function find(resource: Resource, name: string): KubeObject {
    const found = objects.get(keyOf(resource, name));
    if (!found) throw statusError('NotFound', `${resource.plural} "${name}" not found`);
    return found;
  }
  const list = (resource: Resource): KubeObject[] =>
    [...objects].flatMap(([key, object]) => (key.startsWith(`${resource.plural}/`) ? [object] : []));
  const up = () => {
    if (api.isDown) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  };

  const client = {
    async get(resource: Resource, { name }: ObjectKey) {
      up();
      return find(resource, name);
    },
    async list(resource: Resource) {
      up();
      return {
        apiVersion: 'v1',
        kind: 'List',
        metadata: { resourceVersion: String(version) },
        items: list(resource),
      };
    },
    async *watch(
      resource: Resource,
      { signal, resourceVersion }: { signal: AbortSignal; resourceVersion: string },
    ) {
      up();
      const missed = history.filter(
        (one) => one.plural === resource.plural && one.version > Number(resourceVersion),
      );
      const events: WatchEvent[] = missed.map(({ event }) => event);
      let wake = () => {};
      const push = (event: WatchEvent) => {
        events.push(event);
        wake();
      };
      const watcher = { plural: resource.plural, push };
      watchers.add(watcher);
      try {
        while (!signal.aborted) {
          for (let event = events.shift(); event; event = events.shift()) yield event;
          if (api.isDown) return;
          await new Promise<void>((resolve) => {
            wake = resolve;
            setTimeout(resolve, 50);
          });
        }
      } finally {
        watchers.delete(watcher);
      }
    },
    async create(resource: Resource, object: KubeObject) {
      up();
      if (object.metadata.name && objects.has(keyOf(resource, object.metadata.name)))
        throw statusError('AlreadyExists', 'exists');
      return store(resource, object, 'ADDED');
    },
    async patch(resource: Resource, { name }: ObjectKey, patch: { body: Json }) {
      up();
      const before = find(resource, name);
      const merged = merge(before as unknown as Json, patch.body) as unknown as KubeObject;
      if (merged.metadata.uid !== before.metadata.uid) throw statusError('Conflict', 'another uid');
      return JSON.stringify(merged) === JSON.stringify(before) ? before : store(resource, merged, 'MODIFIED');
    },
    async delete(
      resource: Resource,
      { name }: ObjectKey,
      options: { preconditions?: { uid?: string } } = {},
    ) {
      up();
      const wanted = options.preconditions?.uid;
      if (wanted !== undefined && find(resource, name).metadata.uid !== wanted)
        throw statusError('Conflict', 'another uid');
      find(resource, name);
      remove(resource, name);
    },
  };
  const api: FakeApi = {
    client: client as unknown as KubeClient,
    isDown: false,
    put: (resource, object) =>
      store(
        resource,
        object,
        objects.has(keyOf(resource, object.metadata.name ?? '')) ? 'MODIFIED' : 'ADDED',
      ) as never,
    get: (resource, name) => objects.get(keyOf(resource, name)) as never,
    list: (resource) => list(resource) as never,
    delete(resource, name, graceSeconds = 30) {
      const before = find(resource, name);
      const deletionTimestamp = new Date(Date.now() + graceSeconds * 1000).toISOString();
      store(resource, { ...before, metadata: { ...before.metadata, deletionTimestamp } }, 'MODIFIED');
    },
    remove,
  };
  return api;
}

/** Merge patch, but conditions are merged by their type as a strategic one does. */
function merge(into: unknown, patch: unknown, field = ''): unknown {
  if (field === 'conditions' && Array.isArray(patch) && Array.isArray(into)) {
    const types = new Set(patch.map((one) => one.type));
    const known = (type: unknown) => into.find((one) => one.type === type);
    return [
      ...patch.map((one) => merge(known(one.type), one)),
      ...into.filter((one) => !types.has(one.type)),
    ];
  }
  if (!isObject(patch)) return patch;
  const merged: Json = isObject(into) ? { ...into } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = merge(merged[key], value, key);
  }
  return merged;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
