import type { KubeList, KubeObject, Resource } from '../values/types.ts';
import { createCache, type Index } from './cache.ts';
import type { KubeClient, ObjectKey } from './client.ts';
import type { Informer } from './informer.ts';

/**
 * The objects of one kind as the watch has delivered them, and as this process has written them since: what it wrote it finds again,
 * however late the watch is (client-go `tools/cache/mutation_cache.go`).
 */
export interface MutationCache<T extends KubeObject> {
  /** Resolves when the first list is in it. */
  readonly synced: Promise<void>;
  get(key: ObjectKey): T | undefined;
  list(): readonly T[];
  index(values: (object: T) => readonly string[]): Index<T>;
  /** Takes in a whole list that was just read, without waiting for the watch. */
  learn(list: KubeList<T>): void;
  /** The same client, whose writes of this kind are known here as soon as they are answered. */
  recording(client: KubeClient): KubeClient;
}

/** So many deleted objects are remembered, so that an answer which comes after their end does not bring them back. */
const REMEMBERED = 1_000;

export function createMutationCache<T extends KubeObject>(
  informer: Informer<T>,
  resource: Resource<T>,
): MutationCache<T> {
  const cache = createCache<T>();
  const deleted = new Set<string>();

  function put(object: T): void {
    const { uid = '' } = object.metadata;
    const held = cache.get(object.metadata);
    if (deleted.has(uid) || (held && isAsNew(held, object))) return;
    cache.set(object);
  }

  function remove({ metadata }: T): void {
    if (metadata.uid !== undefined) deleted.add(metadata.uid);
    for (const oldest of deleted) {
      if (deleted.size <= REMEMBERED) break;
      deleted.delete(oldest);
    }
    // Another object of the same name may have been created already.
    if (cache.get(metadata)?.metadata.uid === metadata.uid) cache.delete(metadata);
  }

  informer.listen({ add: put, update: put, delete: remove });

  const isOurs = (other: Resource): boolean =>
    other.group === resource.group && other.plural === resource.plural;

  async function noted<O extends KubeObject>(of: Resource, writing: Promise<O>): Promise<O> {
    const written = await writing;
    if (isOurs(of)) put(written as unknown as T);
    return written;
  }

  return {
    synced: informer.synced,
    get: (key) => cache.get(key),
    list: () => cache.list(),
    index: (values) => cache.index(values),
    learn({ items, metadata }) {
      const present = new Set(items.map((item) => item.metadata.uid));
      for (const held of cache.list())
        if (!present.has(held.metadata.uid) && !isAfter(held, metadata.resourceVersion)) remove(held);
      for (const item of items) put(item);
    },
    recording: (client) => ({
      ...client,
      create: (of, object, options) => noted(of, client.create(of, object, options)),
      update: (of, object, options) => noted(of, client.update(of, object, options)),
      patch: (of, key, patch, options) => noted(of, client.patch(of, key, patch, options)),
      async delete(of, key, options) {
        const left = await client.delete(of, key, options);
        const held = isOurs(of) ? cache.get(key) : undefined;
        if (held && left.kind === 'Status') remove(held);
        return left;
      },
    }),
  };
}

/** Versions of one object are compared as numbers (KEP-5504); one that is not a number gives way to what comes later. */
function isAsNew(held: KubeObject, { metadata }: KubeObject): boolean {
  return (
    held.metadata.uid === metadata.uid &&
    Number(held.metadata.resourceVersion) >= Number(metadata.resourceVersion)
  );
}

const isAfter = ({ metadata }: KubeObject, version: string | undefined): boolean =>
  Number(metadata.resourceVersion) > Number(version);
