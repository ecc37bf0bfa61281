import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { PODS } from '../../kube/kinds/resources.data.ts';
import { isSameResource, type KubeObject, type ObjectRef, type Resource } from '../../kube/values/types.ts';
import { refKey } from '../plan/refkey.ts';
import { type Feed, openFeed } from './feed.ts';

/** What an environment wants to be woken by: one object, or (without a name) every object of a namespace. */
export interface Wanted {
  readonly resource: Resource;
  readonly namespace?: string;
  readonly name?: string;
  /** As the pass has seen it: its resourceVersion; absent where it was not there. */
  readonly seen?: string;
}

export interface Watchers {
  /** A pass begins: until `set` or `resume` its environment is not woken, for most of what changes now the pass writes itself. */
  pause(key: string): void;
  /** The pass has ended; what changed meanwhile wakes, unless `set` has said that the pass has seen it. */
  resume(key: string): void;
  /** Watches exactly these from now on; what was watched before and still is goes on undisturbed. */
  set(key: string, client: KubeClient, wanted: readonly Wanted[]): void;
  drop(key: string): void;
}

/** An object that a pass has seen and the watch has not delivered may have been deleted in between, or is still on its way: it is looked at again after so long. */
const LATE_MS = 1_000;

/** Environment → the version that its last pass has seen; undefined: none. */
type Watching = Map<string, string | undefined>;

interface Kind {
  readonly feed: Feed;
  /** `namespace/name`, or `namespace/` for all of a namespace → who is woken. */
  readonly watched: Map<string, Watching>;
}

/** What one environment watches. */
type Entry = { readonly kind: Kind; readonly at: string };

/**
 * Wakes environments when something of theirs changes, from one list and watch per cluster and kind. It only wakes: what is true is read
 * again by the pass, so a cache that lags can do no harm. What a pass has seen, or written itself, does not wake.
 */
export function createWatchers(
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
  wake: (key: string) => void,
  signal: AbortSignal,
): Watchers {
  const clusters = new Map<KubeClient, Map<string, Kind>>();
  const byKey = new Map<string, Map<string, Entry>>();
  /** Environments whose pass is under way → what changed meanwhile. */
  const paused = new Map<string, Set<string>>();

  function changed(key: string, at: string): void {
    const meanwhile = paused.get(key);
    if (meanwhile) meanwhile.add(at);
    else wake(key);
  }

  function kindOf(client: KubeClient, resource: Resource): Kind {
    const kinds = clusters.get(client) ?? new Map<string, Kind>();
    clusters.set(client, kinds);
    const id = idOf(resource);
    const known = kinds.get(id);
    if (known) return known;
    const watched = new Map<string, Watching>();
    const onChange = (object: KubeObject, isDeleted: boolean) => {
      const { namespace = '', name = '', resourceVersion } = object.metadata;
      for (const [key, seen] of watched.get(`${namespace}/${name}`) ?? [])
        if (isDeleted || isNews(seen, resourceVersion))
          changed(key, `${idOf(resource)} ${namespace}/${name}`);
      if (feed.isSynced(object.metadata.namespace))
        for (const key of watched.get(`${namespace}/`)?.keys() ?? [])
          changed(key, `${idOf(resource)} ${namespace}/`);
    };
    const onSync = (namespace: string | undefined) => {
      for (const [at, watching] of watched)
        if (namespace === undefined || at.startsWith(`${namespace}/`))
          for (const [key, seen] of watching) if (isMissed(feed, { ...placeAt(at), seen })) wake(key);
    };
    const feed = openFeed({ client, resource, clock, logger, onChange, onSync }, signal);
    const kind = { feed, watched };
    kinds.set(id, kind);
    return kind;
  }

  function watch(key: string, client: KubeClient, one: Wanted): Entry {
    const kind = kindOf(client, one.resource);
    const at = placeOf(one);
    const watching = kind.watched.get(at) ?? new Map<string, string | undefined>();
    const isNew = !watching.has(key) || watching.get(key) !== one.seen;
    watching.set(key, one.seen);
    kind.watched.set(at, watching);
    kind.feed.include(one.namespace);
    if (isNew && kind.feed.isSynced(one.namespace)) compare(key, kind, one);
    return { kind, at };
  }

  /** No event reports what changed after the pass has looked and before the watch was registered. */
  function compare(key: string, { feed, watched }: Kind, { namespace, name, seen }: Wanted): void {
    if (name === undefined) {
      wake(key);
      return;
    }
    const at = { ...(namespace === undefined ? {} : { namespace }), name };
    const held = feed.get(at);
    if (held && isNews(seen, held.metadata.resourceVersion)) wake(key);
    if (held || seen === undefined) return;
    clock.after(LATE_MS, () => {
      const waits = watched.get(`${namespace ?? ''}/${name}`)?.get(key) === seen;
      if (waits && feed.get(at) === undefined && !signal.aborted) wake(key);
    });
  }

  function leave(key: string, { kind, at }: Entry): void {
    const watching = kind.watched.get(at);
    watching?.delete(key);
    if (watching?.size === 0) kind.watched.delete(at);
    if (kind.watched.size > 0) return;
    kind.feed.close();
    for (const [client, kinds] of clusters) {
      for (const [id, one] of kinds) if (one === kind) kinds.delete(id);
      if (kinds.size === 0) clusters.delete(client);
    }
  }

  return {
    set(key, client, wanted) {
      const before = byKey.get(key);
      const after = new Map<string, Entry>();
      const meanwhile = paused.get(key);
      paused.delete(key);
      for (const one of wanted) {
        const id = `${idOf(one.resource)} ${placeOf(one)}`;
        const entry = watch(key, client, one);
        after.set(id, entry);
        if (meanwhile?.has(id) && isMissed(entry.kind.feed, one)) wake(key);
      }
      for (const [id, entry] of before ?? []) {
        const now = after.get(id);
        if (now?.kind !== entry.kind) leave(key, entry);
      }
      byKey.set(key, after);
    },
    pause(key) {
      paused.set(key, new Set());
    },
    resume(key) {
      const meanwhile = paused.get(key);
      paused.delete(key);
      if (meanwhile !== undefined && meanwhile.size > 0) wake(key);
    },
    drop(key) {
      paused.delete(key);
      for (const entry of byKey.get(key)?.values() ?? []) leave(key, entry);
      byKey.delete(key);
    },
  };
}

const idOf = ({ group, version, plural }: Resource): string => `${group}/${version}/${plural}`;
const placeOf = ({ namespace = '', name = '' }: Wanted): string => `${namespace}/${name}`;

/** Versions of one object are compared as numbers (KEP-5504); what is not one is news unless it is equal. */
const isNews = (seen: string | undefined, version: string | undefined): boolean =>
  seen === undefined || (seen !== version && !(Number(version) < Number(seen)));

/** Whether the feed holds something else than the pass has seen. Of a whole namespace nobody knows what was seen. */
function isMissed(
  feed: Feed,
  { namespace, name, seen }: { namespace?: string; name?: string; seen?: string | undefined },
): boolean {
  if (name === undefined) return true;
  const held = feed.get({ ...(namespace === undefined ? {} : { namespace }), name });
  return held === undefined ? seen !== undefined : isNews(seen, held.metadata.resourceVersion);
}

/** The reverse of `placeOf`. */
function placeAt(at: string): { readonly namespace?: string; readonly name?: string } {
  const slash = at.indexOf('/');
  const [namespace, name] = [at.slice(0, slash), at.slice(slash + 1)];
  return { ...(namespace ? { namespace } : {}), ...(name ? { name } : {}) };
}

/**
 * The objects of an inventory as the pass has seen them, and all pods of the namespaces where it has pods or what may make them: their
 * failures explain a rollout.
 */
export function wantedOf(
  objects: readonly { readonly resource: Resource; readonly ref: ObjectRef }[],
  live: ReadonlyMap<string, KubeObject>,
): readonly Wanted[] {
  const namespaces = new Set<string>();
  const wanted: Wanted[] = [];
  for (const { resource, ref } of objects) {
    const isPod = isSameResource(resource, PODS);
    if (ref.namespace !== undefined && (resource.group !== '' || isPod)) namespaces.add(ref.namespace);
    const seen = live.get(refKey(ref))?.metadata.resourceVersion;
    if (!isPod)
      wanted.push({
        resource,
        name: ref.name,
        ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
        ...(seen === undefined ? {} : { seen }),
      });
  }
  return [...wanted, ...[...namespaces].map((namespace) => ({ resource: PODS, namespace }))];
}
