import type { Again } from '../../base/queue.ts';
import { keyOf, splitKey } from '../../kube/client/cache.ts';
import { type Controller, createController, watch } from '../../kube/client/controller.ts';
import { byNode } from '../../kube/client/podindexes.ts';
import { NODES, PODS } from '../../kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import type { ControllerContext } from './context.ts';

/** A node that is registered again under its name keeps its pods (Kubernetes `gc_controller.go` quarantineTime). */
const QUARANTINE_MS = 40_000;

/** Deletes pods whose node no longer exists: no agent could end them. */
export function createPodGarbageCollector({
  client,
  clock,
  logger,
  informers,
}: ControllerContext): Controller {
  const { pods, nodes } = informers;
  const podsOn = pods.index(byNode);
  const missingSince = new Map<string, number>();

  async function reconcile(key: string): Promise<Again> {
    const pod = pods.get(splitKey(key));
    const node = pod?.spec.nodeName;
    if (!pod || !node) return undefined;
    if (nodes.get({ name: node })) {
      missingSince.delete(node);
      return undefined;
    }
    const since = missingSince.get(node) ?? clock.monotonic();
    missingSince.set(node, since);
    const left = since + QUARANTINE_MS - clock.monotonic();
    if (left > 0) return { afterMs: left };
    // The cache may lag behind the registration of a node: the API decides.
    if (await exists(node)) return undefined;
    const { namespace = '', name = '', uid = '' } = pod.metadata;
    logger.info({ namespace, pod: name, node }, 'deleting a pod whose node is gone');
    await client
      .delete(PODS, { namespace, name }, { gracePeriodSeconds: 0, preconditions: { uid } })
      .catch(notFoundAsUndefined);
    return undefined;
  }

  async function exists(name: string): Promise<boolean> {
    const node = await client.get(NODES, { name }).catch(notFoundAsUndefined);
    return node !== undefined;
  }

  return createController({
    name: 'podgc',
    clock,
    logger,
    watches: [
      watch(pods, (pod) => (pod.spec.nodeName ? [keyOf(pod.metadata)] : [])),
      watch(nodes, (node) => podsOn(node.metadata.name ?? '').map((pod) => keyOf(pod.metadata))),
    ],
    reconcile,
  });
}
