import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { createInformer } from '../../kube/client/informer.ts';
import { PODS } from '../../kube/kinds/resources.ts';
import { isSameResource, type KubeObject, type Resource } from '../../kube/values/types.ts';

/** What an environment wants to be woken by. */
export interface Wanted {
  readonly resource: Resource;
  readonly namespace?: string;
  /** Names whose changes matter; absent: every object. */
  readonly names?: ReadonlySet<string>;
}

export interface Watchers {
  /** Watches exactly these from now on; what was watched before and still is goes on undisturbed. */
  set(key: string, cluster: string, client: KubeClient, wanted: readonly Wanted[]): void;
  drop(key: string): void;
}

interface Watching {
  readonly abort: AbortController;
  names: ReadonlySet<string> | undefined;
}

/**
 * Wakes environments when something of theirs changes: one list-and-watch per environment, resource and namespace.
 * It only wakes: what is true is read again by the pass, so a cache that lags can do no harm.
 */
export function createWatchers(
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
  wake: (key: string) => void,
  signal: AbortSignal,
): Watchers {
  const byKey = new Map<string, Map<string, Watching>>();

  function open(key: string, client: KubeClient, { resource, namespace, names }: Wanted): Watching {
    const abort = new AbortController();
    const watching: Watching = { abort, names };
    const informer = createInformer({
      client,
      resource,
      clock,
      logger,
      ...(namespace === undefined ? {} : { namespace }),
    });
    const woken = (object: KubeObject) => {
      if (informer.isSynced && (watching.names?.has(object.metadata.name ?? '') ?? true)) wake(key);
    };
    informer.listen({ add: woken, update: woken, delete: woken });
    informer.start(AbortSignal.any([signal, abort.signal]));
    // What changed after the pass that asked for the watch, and before its first list, is told by nobody else.
    informer.synced.then(
      () => wake(key),
      () => undefined,
    );
    return watching;
  }

  return {
    set(key, cluster, client, wanted) {
      const before = byKey.get(key) ?? new Map<string, Watching>();
      const after = new Map<string, Watching>();
      for (const one of wanted) {
        const { group, version, plural } = one.resource;
        const id = `${cluster} ${group}/${version}/${plural} ${one.namespace ?? ''}`;
        const watching = before.get(id) ?? open(key, client, one);
        watching.names = one.names;
        after.set(id, watching);
      }
      for (const [id, watching] of before) if (!after.has(id)) watching.abort.abort();
      byKey.set(key, after);
    },
    drop(key) {
      for (const watching of byKey.get(key)?.values() ?? []) watching.abort.abort();
      byKey.delete(key);
    },
  };
}

/** The kinds and names of an inventory, and all pods of the namespaces where it has pods or what may make them: their failures explain a rollout. */
export function wantedOf(
  objects: readonly { readonly resource: Resource; readonly ref: { namespace?: string; name: string } }[],
): readonly Wanted[] {
  const wanted = new Map<string, Wanted & { names: Set<string> }>();
  const namespaces = new Set<string>();
  for (const { resource, ref } of objects) {
    const id = `${resource.group}/${resource.plural}/${ref.namespace ?? ''}`;
    const scope = ref.namespace === undefined ? {} : { namespace: ref.namespace };
    const entry = wanted.get(id) ?? { resource, ...scope, names: new Set<string>() };
    entry.names.add(ref.name);
    wanted.set(id, entry);
    const hasPods = resource.group !== '' || isSameResource(resource, PODS);
    if (ref.namespace !== undefined && hasPods) namespaces.add(ref.namespace);
  }
  const pods = [...namespaces].map((namespace) => ({ resource: PODS, namespace }));
  return [...[...wanted.values()].filter(({ resource }) => !isSameResource(resource, PODS)), ...pods];
}
