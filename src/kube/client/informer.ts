import { onAbort } from '../../base/abort.ts';
import { type Clock, sleep } from '../../base/clock.ts';
import { deferred } from '../../base/deferred.ts';
import { problemOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { backoffMs } from '../../base/queue.ts';
import { isExpired } from '../values/status.ts';
import type { KubeObject, Resource } from '../values/types.ts';
import { createCache, type Index } from './cache.ts';
import type { KubeClient, ListOptions, ObjectKey, WatchEvent } from './client.ts';

export interface InformerOptions<T extends KubeObject> {
  readonly client: KubeClient;
  readonly resource: Resource<T>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** With more objects than these it gives up for good, and holds none. Default: any number. */
  readonly most?: number;
  /** Makes what is kept of an object smaller (client-go `SetTransform`). It must keep which object it is, and in which version. */
  readonly transform?: (object: T) => T;
  /** A list or a watch has failed; it is tried again all the same. */
  readonly onFailure?: (error: unknown) => void;
  /** In [0, 1): spreads the retries of many informers. */
  readonly random?: () => number;
}

/** Told of one object after the cache holds the change. */
export interface Listener<T extends KubeObject> {
  add?(object: T): void;
  update?(object: T, before: T): void;
  delete?(before: T): void;
}

/**
 * All objects of one resource, kept current by list and watch. It never gives up: while the server cannot be reached the cache
 * holds what was last known, and a watch that was too old is answered by a list whose differences are reported like any change.
 */
export interface Informer<T extends KubeObject> {
  /** Begins, once; a second call is ignored. Ends with the signal. */
  start(signal: AbortSignal): void;
  /** Resolves when the first list is in the cache; rejects when the signal aborts before that. */
  readonly synced: Promise<void>;
  readonly isSynced: boolean;
  get(key: ObjectKey): T | undefined;
  list(): readonly T[];
  /** A lookup by the values that `values` gives for an object; kept current from then on. */
  index(values: (object: T) => readonly string[]): Index<T>;
  /** Tells the listener of everything that is (as add) and of all changes; the returned function ends that. */
  listen(listener: Listener<T>): () => void;
}

class TooMany extends Error {}

const PAGE = 500;
/** A retry comes 0.1 s after the first failure, then doubles to 5 s: a daemon that restarts is found again at once. */
const RETRY = { baseMs: 100, maxMs: 5_000 };
/** A watch is renewed every five to ten minutes, so that one which died in silence is noticed (client-go `tools/cache/reflector.go`). */
const WATCH_SECONDS = 300;

export function createInformer<T extends KubeObject>(options: InformerOptions<T>): Informer<T> {
  const { client, resource, clock, random = Math.random, transform = (object: T) => object } = options;
  const { most = Number.POSITIVE_INFINITY } = options;
  const logger = options.logger.child({ informer: resource.plural });
  const selection: ListOptions = selectionOf(options);
  const cache = createCache<T>();
  const listeners = new Set<Listener<T>>();
  const synced = deferred();
  let isSynced = false;
  let started = false;
  /** Where the watch goes on; undefined: list. */
  let version: string | undefined;

  function tell(call: (listener: Listener<T>) => void): void {
    for (const listener of listeners) tellOne(listener, call);
  }

  function tellOne(listener: Listener<T>, call: (listener: Listener<T>) => void): void {
    try {
      call(listener);
    } catch (error) {
      logger.error({ error: problemOf(error).message }, 'a listener failed');
    }
  }

  function put(object: T): void {
    const held = cache.get(object.metadata);
    // An object that was deleted and created again while the watch was down is another object.
    const before = held?.metadata.uid === object.metadata.uid ? held : undefined;
    if (before && before.metadata.resourceVersion === object.metadata.resourceVersion) return;
    if (held && !before) remove(held);
    if (!before) assertFew(cache.size + 1);
    cache.set(object);
    if (before) tell((listener) => listener.update?.(object, before));
    else tell((listener) => listener.add?.(object));
  }

  function remove(object: T): void {
    if (cache.delete(object.metadata)) tell((listener) => listener.delete?.(object));
  }

  async function relist(signal: AbortSignal): Promise<void> {
    const items: T[] = [];
    let next: string | undefined;
    let at: string | undefined;
    do {
      const page = await client.list(resource, {
        ...selection,
        limit: PAGE,
        ...(next ? { continue: next } : {}),
        signal,
      });
      items.push(...page.items.map(transform));
      assertFew(items.length);
      at = page.metadata.resourceVersion;
      next = page.metadata.continue;
    } while (next);
    const present = new Set(items.map((item) => cache.keyOf(item.metadata)));
    for (const object of cache.list()) if (!present.has(cache.keyOf(object.metadata))) remove(object);
    for (const item of items) put(item);
    version = at;
    isSynced = true;
    synced.resolve();
  }

  function assertFew(count: number): void {
    if (count > most) throw new TooMany(`there are more than ${most} ${resource.plural}`);
  }

  function receive(event: WatchEvent<T>): void {
    if (event.type === 'DELETED') remove(event.object);
    else if (event.type !== 'BOOKMARK') put(transform(event.object));
    version = event.object.metadata.resourceVersion ?? version;
  }

  /** One list where needed, then one watch until the server ends it. Resolves true when anything was received. */
  async function follow(signal: AbortSignal): Promise<boolean> {
    const listed = version === undefined;
    if (version === undefined) await relist(signal);
    const timeoutSeconds = Math.round(WATCH_SECONDS * (1 + random()));
    let received = false;
    const { limit: _limit, ...watched } = selection;
    const events = client.watch(resource, {
      ...watched,
      ...(version === undefined ? {} : { resourceVersion: version }),
      timeoutSeconds,
      signal,
    });
    for await (const event of events) {
      receive(event);
      received = true;
    }
    return received || listed;
  }

  /** To list them again and again would cost more than all that is done with them. */
  function giveUp(failure: TooMany): void {
    logger.warn({ error: failure.message }, 'no longer followed');
    for (const object of cache.list()) remove(object);
    isSynced = false;
    synced.reject(failure);
  }

  async function run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const began = clock.monotonic();
      const failure = await follow(signal).then(
        (progress) => (progress || clock.monotonic() - began > 1_000 ? undefined : 'ended without an event'),
        (error: unknown) => error,
      );
      if (signal.aborted) return;
      if (failure instanceof TooMany) return giveUp(failure);
      if (failure === undefined) {
        failures = 0;
        continue;
      }
      if (isExpired(failure)) {
        version = undefined;
        if (failures++ === 0) continue;
      } else failures++;
      const retryMs = backoffMs(failures, RETRY.baseMs, RETRY.maxMs) * (0.5 + random());
      options.onFailure?.(failure);
      logger.debug({ error: problemOf(failure).message, retryMs: Math.round(retryMs) }, 'watch again later');
      await sleep(clock, retryMs, signal).catch(() => undefined);
    }
  }

  return {
    start(outer) {
      if (started) return;
      started = true;
      // A signal of its own: many informers share one lifetime, and each request listens to it.
      const signal = AbortSignal.any([outer]);
      const ended = () =>
        synced.reject(new Error(`the ${resource.plural} informer stopped before its first list`));
      onAbort(signal, ended);
      void run(signal);
    },
    synced: synced.promise,
    get isSynced() {
      return isSynced;
    },
    get: (key) => cache.get(key),
    list: () => cache.list(),
    index: (values) => cache.index(values),
    listen(listener) {
      listeners.add(listener);
      for (const object of cache.list()) tellOne(listener, (one) => one.add?.(object));
      return () => listeners.delete(listener);
    },
  };
}

function selectionOf(
  options: Pick<InformerOptions<KubeObject>, 'namespace' | 'labelSelector' | 'fieldSelector'>,
): ListOptions {
  const { namespace, labelSelector, fieldSelector } = options;
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
}
