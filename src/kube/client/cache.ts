import type { KubeObject, ObjectMeta } from '../values/types.ts';
import type { ObjectKey } from './client.ts';

/** The objects that an index holds under a value; the array is never changed, later changes make a new one. */
export type Index<T extends KubeObject> = (value: string) => readonly T[];

/** Objects by namespace and name, with indexes that follow every change. */
export interface Cache<T extends KubeObject> {
  get(key: ObjectKey | ObjectMeta): T | undefined;
  list(): readonly T[];
  readonly size: number;
  set(object: T): void;
  /** The object that was held. */
  delete(key: ObjectKey | ObjectMeta): T | undefined;
  /** Whoever asks with the same function shares one table. */
  index(values: (object: T) => readonly string[]): Index<T>;
  keyOf(key: ObjectKey | ObjectMeta): string;
}

/** `namespace/name`, or `name` for a cluster-scoped object: the key of work queues. */
export function keyOf(key: ObjectKey | ObjectMeta): string {
  return key.namespace ? `${key.namespace}/${key.name ?? ''}` : (key.name ?? '');
}

/** The reverse of keyOf. */
export function splitKey(key: string): ObjectKey {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

interface Table<T extends KubeObject> {
  readonly values: (object: T) => readonly string[];
  readonly rows: Map<string, Map<string, T>>;
}

const NONE: readonly never[] = [];

export function createCache<T extends KubeObject>(): Cache<T> {
  const objects = new Map<string, T>();
  const tables: Table<T>[] = [];

  function enter(table: Table<T>, key: string, object: T): void {
    for (const value of table.values(object)) {
      const row = table.rows.get(value) ?? new Map<string, T>();
      row.set(key, object);
      table.rows.set(value, row);
    }
  }

  function leave(table: Table<T>, key: string, object: T): void {
    for (const value of table.values(object)) {
      const row = table.rows.get(value);
      row?.delete(key);
      if (row?.size === 0) table.rows.delete(value);
    }
  }

  const lookUp =
    ({ rows }: Table<T>): Index<T> =>
    (value) => {
      const row = rows.get(value);
      return row ? [...row.values()] : NONE;
    };

  return {
    get: (key) => objects.get(keyOf(key)),
    list: () => [...objects.values()],
    get size() {
      return objects.size;
    },
    set(object) {
      const key = keyOf(object.metadata);
      const before = objects.get(key);
      for (const table of tables) {
        if (before) leave(table, key, before);
        enter(table, key, object);
      }
      objects.set(key, object);
    },
    delete(name) {
      const key = keyOf(name);
      const before = objects.get(key);
      if (!before) return undefined;
      for (const table of tables) leave(table, key, before);
      objects.delete(key);
      return before;
    },
    index(values) {
      const known = tables.find((table) => table.values === values);
      if (known) return lookUp(known);
      const table: Table<T> = { values, rows: new Map() };
      for (const [key, object] of objects) enter(table, key, object);
      tables.push(table);
      return lookUp(table);
    },
    keyOf,
  };
}

/** What an informer keeps (`transform`) for whoever asks for no more of objects than these parts of their metadata. */
export const keepOnly =
  (parts: readonly (keyof ObjectMeta)[]) =>
  ({ apiVersion, kind, metadata }: KubeObject): KubeObject => {
    const kept = parts.filter((part) => metadata[part] !== undefined).map((part) => [part, metadata[part]]);
    return { apiVersion, kind, metadata: Object.fromEntries(kept) };
  };

/** Index values: the namespace. */
export const byNamespace = ({ metadata }: KubeObject): readonly string[] => [metadata.namespace ?? ''];

/** Index values: the uids of all owners. */
export const byOwner = (object: KubeObject): readonly string[] =>
  object.metadata.ownerReferences?.map((owner) => owner.uid) ?? NONE;

/** Index values: the uid of the controlling owner. */
export const byController = (object: KubeObject): readonly string[] =>
  object.metadata.ownerReferences?.filter((owner) => owner.controller).map((owner) => owner.uid) ?? NONE;

/** Index values of a label: `byLabel('app')`. */
export const byLabel =
  (label: string) =>
  (object: KubeObject): readonly string[] => {
    const value = object.metadata.labels?.[label];
    return value === undefined ? NONE : [value];
  };
