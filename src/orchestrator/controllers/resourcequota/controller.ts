import { onAbort } from '../../../base/abort.ts';
import type { Again } from '../../../base/queue.ts';
import { byNamespace, keyOf, splitKey } from '../../../kube/client/cache.ts';
import type { DiscoveredResource } from '../../../kube/client/client.ts';
import { type Controller, createController, watch } from '../../../kube/client/controller.ts';
import { createInformer } from '../../../kube/client/informer.ts';
import { measureOf } from '../../../kube/kinds/quota/quota.ts';
import { CUSTOM_RESOURCE_DEFINITIONS, RESOURCE_QUOTAS } from '../../../kube/kinds/resources.data.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import { isConflict, notFoundAsUndefined } from '../../../kube/values/status.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { type ControllerContext, MANAGER } from '../context.ts';
import { createCountedCaches } from './caches.ts';
import { countedBy, decide } from './decide.ts';

/** Pods that are stuck on their way out stop counting, and no event says so (`ResourceQuotaSyncPeriod`). */
const RESYNC_MS = 300_000;

/** Keeps the status of ResourceQuotas. Only what some quota counts is watched. */
export function createResourceQuotaController(context: ControllerContext): Controller {
  const { client, reader, clock, logger } = context;
  const quotas = createInformer({ client: reader, resource: RESOURCE_QUOTAS, clock, logger });
  const definitions = createInformer({
    client: reader,
    resource: CUSTOM_RESOURCE_DEFINITIONS,
    clock,
    logger,
    transform: ({ apiVersion, kind, metadata, spec }) => ({ apiVersion, kind, metadata, spec }),
  });
  const quotasIn = quotas.index(byNamespace);
  const lifetime = new AbortController();
  const caches = createCountedCaches({
    client,
    clock,
    logger,
    signal: lifetime.signal,
    onChange(resource, namespace, object, before) {
      const measure = measureOf(resource);
      const now = clock.now();
      if (object && before && deepEqual(measure.usage(object, now), measure.usage(before, now))) return;
      for (const quota of countingIn(namespace, resource)) controller.enqueue(keyOf(quota.metadata));
    },
  });

  const countingIn = (namespace: string, resource: DiscoveredResource) =>
    quotasIn(namespace).filter((quota) => countedBy([quota], [resource]).length > 0);

  /** One version of each kind is enough: they show the same objects. */
  async function countable(): Promise<readonly DiscoveredResource[]> {
    const found = new Map<string, DiscoveredResource>();
    for (const resource of await client.resources({ refresh: true })) {
      const name = `${resource.plural}.${resource.group}`;
      const isListed = ['list', 'watch'].every((verb) => resource.verbs.includes(verb));
      if (resource.namespaced && isListed && !found.has(name)) found.set(name, resource);
    }
    return [...found.values()];
  }

  async function reconcile(key: string): Promise<Again> {
    const resources = countedBy(quotas.list(), await countable());
    await caches.keep(resources);
    const quota = quotas.get(splitKey(key));
    if (!quota || quota.metadata.deletionTimestamp !== undefined) return undefined;
    const collections = countedBy([quota], resources).map((resource) => ({
      resource,
      objects: caches.objects(resource, quota.metadata.namespace ?? ''),
    }));
    const status = decide(quota, collections, clock.now());
    if (!deepEqual(status, quota.status)) {
      await client
        .update(RESOURCE_QUOTAS, { ...quota, status } as KubeObject, {
          subresource: 'status',
          fieldManager: MANAGER,
        })
        .catch(unlessOutdated);
    }
    return { afterMs: RESYNC_MS };
  }

  const controller = createController({
    name: 'resourcequota',
    clock,
    logger,
    watches: [
      watch(quotas, (quota) => [keyOf(quota.metadata)]),
      watch(definitions, () => quotas.list().map(({ metadata }) => keyOf(metadata))),
    ],
    reconcile,
  });
  return {
    ...controller,
    get size() {
      return controller.size;
    },
    start(signal) {
      onAbort(signal, (reason) => lifetime.abort(reason));
      controller.start(signal);
    },
    async stop() {
      await controller.stop();
      lifetime.abort(new Error('the controller stops'));
    },
  };
}

/** Its change brings us here again; a quota that is gone needs no status. */
function unlessOutdated(error: unknown): void {
  if (!isConflict(error)) notFoundAsUndefined(error);
}
