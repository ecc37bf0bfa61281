import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import { byNamespace } from '../../../kube/client/cache.ts';
import type { DiscoveredResource, KubeClient } from '../../../kube/client/client.ts';
import { createInformer, type Informer } from '../../../kube/client/informer.ts';
import type { KubeObject } from '../../../kube/values/types.ts';

/** Caches of the kinds that quotas count; they come and go with what the quotas say. */
export interface CountedCaches {
  /** Resolves when the caches of these kinds, and no others, are there. */
  keep(resources: readonly DiscoveredResource[]): Promise<void>;
  objects(resource: DiscoveredResource, namespace: string): readonly KubeObject[];
}

interface CountedCachesOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly onChange: (
    resource: DiscoveredResource,
    namespace: string,
    object: KubeObject | undefined,
    before: KubeObject | undefined,
  ) => void;
}

interface CountedCache {
  readonly informer: Informer<KubeObject>;
  readonly inNamespace: (namespace: string) => readonly KubeObject[];
  readonly stop: AbortController;
}

const nameOf = ({ group, version, plural }: DiscoveredResource): string => `${group}/${version}/${plural}`;

/** Kinds of which more than the number counts keep their specification and status (`kinds/quota`). */
const MEASURED = ['/v1/pods', '/v1/services', '/v1/persistentvolumeclaims'];

const withMetadataAlone = ({ apiVersion, kind, metadata }: KubeObject): KubeObject => {
  const { name, namespace, uid, resourceVersion } = metadata;
  return {
    apiVersion,
    kind,
    metadata: Object.fromEntries(
      Object.entries({ name, namespace, uid, resourceVersion }).filter(([, v]) => v),
    ),
  };
};

export function createCountedCaches({
  client,
  clock,
  logger,
  signal,
  onChange,
}: CountedCachesOptions): CountedCaches {
  const caches = new Map<string, CountedCache>();

  function open(resource: DiscoveredResource): CountedCache {
    const isMeasured = MEASURED.includes(nameOf(resource));
    const informer = createInformer({
      client,
      resource,
      clock,
      logger,
      ...(isMeasured ? {} : { transform: withMetadataAlone }),
    });
    const stop = new AbortController();
    const tell = (object: KubeObject | undefined, before: KubeObject | undefined) =>
      onChange(resource, (object ?? before)?.metadata.namespace ?? '', object, before);
    informer.listen({
      add: (object) => tell(object, undefined),
      update: (object, before) => tell(object, before),
      delete: (before) => tell(undefined, before),
    });
    const inNamespace = informer.index(byNamespace);
    informer.start(AbortSignal.any([signal, stop.signal]));
    return { informer, inNamespace, stop };
  }

  return {
    async keep(resources) {
      const wanted = new Map(resources.map((resource) => [nameOf(resource), resource]));
      for (const [name, { stop }] of caches) {
        if (wanted.has(name)) continue;
        stop.abort(new Error('no quota counts it'));
        caches.delete(name);
      }
      for (const [name, resource] of wanted) if (!caches.has(name)) caches.set(name, open(resource));
      await Promise.all([...caches.values()].map(({ informer }) => informer.synced));
    },
    objects: (resource, namespace) => caches.get(nameOf(resource))?.inNamespace(namespace) ?? [],
  };
}
