import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { keepOnly } from '../../kube/client/cache.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { createInformer, type Informer } from '../../kube/client/informer.ts';
import { isForbidden } from '../../kube/values/status.ts';
import type { KubeObject, Resource } from '../../kube/values/types.ts';

export interface FeedOptions {
  readonly client: KubeClient;
  readonly resource: Resource;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A change of one object: created, changed or deleted. */
  readonly onChange: (object: KubeObject, isDeleted: boolean) => void;
  /** A list has come in: of all namespaces, or of one. */
  readonly onSync: (namespace: string | undefined) => void;
}

/** The objects of one kind in one cluster, as far as is needed to see that one of them has changed. */
export interface Feed {
  /** Makes sure that a namespace is watched; undefined: what lies outside of namespaces. */
  include(namespace: string | undefined): void;
  isSynced(namespace: string | undefined): boolean;
  get(key: { readonly namespace?: string; readonly name: string }): KubeObject | undefined;
  close(): void;
}

/** One list and watch for all namespaces; where the cluster forbids that, one for each namespace that is asked for. */
export function openFeed(options: FeedOptions, signal: AbortSignal): Feed {
  const ending = new AbortController();
  const informers = new Map<string | undefined, Informer<KubeObject>>();
  const included = new Set<string>();
  let scope: 'cluster' | 'namespaces' = 'cluster';
  let whole = new AbortController();

  function open(namespace: string | undefined, end: AbortSignal): void {
    if (informers.has(namespace)) return;
    const { client, resource, clock, logger, onChange, onSync } = options;
    const informer = createInformer<KubeObject>({
      client,
      resource,
      clock,
      logger,
      transform: identityOf,
      onFailure: (error) => {
        if (namespace === undefined && resource.namespaced && isForbidden(error)) split();
      },
      ...(namespace === undefined ? {} : { namespace }),
    });
    informers.set(namespace, informer);
    informer.listen({
      add: (object) => onChange(object, false),
      update: (object) => onChange(object, false),
      delete: (object) => onChange(object, true),
    });
    informer.start(AbortSignal.any([signal, ending.signal, end]));
    informer.synced.then(
      () => onSync(namespace),
      () => undefined,
    );
  }

  /** A kubeconfig may show some namespaces only. */
  function split(): void {
    if (scope === 'namespaces') return;
    scope = 'namespaces';
    whole.abort();
    informers.clear();
    whole = new AbortController();
    for (const namespace of included) open(namespace, ending.signal);
  }

  const informerOf = (namespace: string | undefined) =>
    informers.get(scope === 'cluster' ? undefined : namespace);

  return {
    include(namespace) {
      if (namespace !== undefined) included.add(namespace);
      if (scope === 'cluster') open(undefined, whole.signal);
      else open(namespace, ending.signal);
    },
    isSynced: (namespace) => informerOf(namespace)?.isSynced ?? false,
    get: (key) => informerOf(key.namespace)?.get(key),
    close: () => ending.abort(),
  };
}

/** Which one an object is, and in which version. */
const identityOf = keepOnly(['name', 'namespace', 'uid', 'resourceVersion']);
