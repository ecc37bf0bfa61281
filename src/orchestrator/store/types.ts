import type { KubeObject } from '../../kube/values/types.ts';

/**
 * One object at one revision. `object.metadata.resourceVersion` is the revision; the object is deep-frozen and,
 * like its JSON, made once and shared by every reader, list and watcher.
 */
export interface Entry<T extends KubeObject = KubeObject> {
  /** `group/plural/namespace/name`, without the namespace for cluster-scoped objects (`keys.ts`). */
  readonly key: string;
  readonly revision: number;
  readonly object: T;
  /** Compact JSON. Never mutate. */
  bytes(): Buffer;
}

/** The revision of a key that does not exist: no entry has it. */
export const ABSENT = 0;

/** One revision of the log. */
export interface Change {
  readonly type: 'put' | 'delete';
  readonly revision: number;
  readonly key: string;
  /** The object after a put; for a delete its last state, at the revision of the deletion. */
  readonly entry: Entry;
  /** The previous entry of the key; undefined when the put created it. */
  readonly previous: Entry | undefined;
}

/** Reads see what is published, which is what is durable. */
export interface Reader {
  /** The newest published revision. */
  readonly revision: number;
  get(key: string): Entry | undefined;
  /** All entries whose key starts with `prefix` (a collection, or a namespace of it), ordered by key. */
  list(prefix: string): readonly Entry[];
  /** Every entry of every collection. */
  all(): readonly Entry[];
  /**
   * The same as it was at `revision`.
   * @throws StatusError Expired when that revision is compacted.
   */
  listAt(prefix: string, revision: number): readonly Entry[];
}

/**
 * A write names the revision that it was decided on, as etcd's transactions compare `ModRevision`: it is staged only while
 * that revision is still the latest, so the writer may wait for anything in between and loses no other write.
 * "Latest" includes staged writes: they are ordered before any that is staged later, and if one fails,
 * all that were staged after it fail too. A client that reads and writes in one turn of the event loop is never stale.
 */
export interface Writer {
  /** Published or staged. */
  latest(key: string): Entry | undefined;
  latestIn(prefix: string): readonly Entry[];
  /**
   * Resolves when durable and published, with `resourceVersion` set to the new revision.
   * An object equal to the latest is not written again: resolves with the latest once that is durable.
   * `expected` is the revision of the latest entry, `ABSENT` where there is none.
   * @throws StaleRevision when the key has another revision by now; read it again.
   * @throws StatusError ServiceUnavailable when the disk refuses; nothing of the write is visible then.
   */
  put(key: string, object: KubeObject, expected: number): Promise<Entry>;
  /**
   * Resolves with the last state (`object`, or what was stored), at the revision of the deletion.
   * @throws as `put` does; a key that does not exist is stale.
   */
  delete(key: string, expected: number, object?: KubeObject): Promise<Entry>;
  /** Resolves when everything staged so far is durable; rejects when it failed. */
  settled(): Promise<void>;
}

export interface Watcher {
  /** The pending changes, in order; empty when woken; undefined once closed, or dropped for being too slow. */
  next(): Promise<readonly Change[] | undefined>;
  /** Makes a waiting `next` resolve although nothing has changed. */
  wake(): void;
  close(): void;
}

export interface Watches {
  /**
   * Changes after revision `after`, of keys that start with `prefix`.
   * @throws StatusError Expired when changes after `after` are compacted; Timeout when `after` is in the future.
   */
  watch(prefix: string, after: number): Watcher;
}

export interface Store extends Reader, Writer, Watches {
  /** Waits for staged writes, ends every watcher, and releases the data directory. */
  close(): Promise<void>;
}

/** How far back watches and paged lists can resume. */
export interface HistoryPolicy {
  readonly maxChanges: number;
  /** Bytes of JSON of the changed objects; unbounded by default. */
  readonly maxBytes?: number;
  readonly maxAgeMs: number;
}
