import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import type { KubeClient } from '../../../kube/client/client.ts';
import { createInformer, type Informer } from '../../../kube/client/informer.ts';
import type { Namespace, NetworkPolicy, Pod } from '../../../kube/kinds/objects.data.ts';
import { NAMESPACES, NETWORK_POLICIES, PODS } from '../../../kube/kinds/resources.data.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import type { KubeObject } from '../../../kube/values/types.ts';

/** What policies are about. `pods` and `namespaces` are empty while there are none. */
export interface World {
  readonly policies: readonly NetworkPolicy[];
  readonly pods: readonly Pod[];
  readonly namespaces: readonly Namespace[];
}

export interface WorldOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onChange: () => void;
}

/**
 * Follows NetworkPolicies, and pods and namespaces of the whole cluster while there are some: without any, a node needs to know of its own pods
 * alone.
 */
export interface FollowedWorld {
  start(signal: AbortSignal): void;
  /** undefined: not everything has been read. */
  now(): World | undefined;
}

export function followWorld(options: WorldOptions): FollowedWorld {
  const { onChange } = options;
  const policies = createInformer({ ...options, resource: NETWORK_POLICIES });
  let others: Others | undefined;
  /** Nodes write a status of each of their pods again and again, most of which is not kept here. */
  const changed = (now: KubeObject, before: KubeObject): void => {
    if (!deepEqual(withoutRevision(now), withoutRevision(before))) onChange();
  };

  function follow(signal: AbortSignal): Others {
    const ending = new AbortController();
    const pods = createInformer({ ...options, resource: PODS, transform: essenceOf });
    const namespaces = createInformer({ ...options, resource: NAMESPACES });
    for (const informer of [pods, namespaces]) {
      informer.listen({ add: onChange, update: changed, delete: onChange });
      informer.synced.then(onChange, () => undefined);
      informer.start(AbortSignal.any([signal, ending.signal]));
    }
    return { pods, namespaces, end: () => ending.abort() };
  }

  return {
    start(signal) {
      const changed = () => {
        const isNeeded = policies.list().length > 0;
        if (isNeeded) others ??= follow(signal);
        else others?.end();
        if (!isNeeded) others = undefined;
        onChange();
      };
      policies.listen({ add: changed, update: changed, delete: changed });
      policies.start(signal);
      policies.synced.then(changed, () => undefined);
    },
    now() {
      if (!policies.isSynced) return undefined;
      const all = policies.list();
      if (all.length === 0) return { policies: [], pods: [], namespaces: [] };
      if (!others?.pods.isSynced || !others.namespaces.isSynced) return undefined;
      return { policies: all, pods: others.pods.list(), namespaces: others.namespaces.list() };
    },
  };
}

const withoutRevision = ({ metadata, ...rest }: KubeObject) => ({
  ...rest,
  metadata: { ...metadata, resourceVersion: undefined },
});

interface Others {
  readonly pods: Informer<Pod>;
  readonly namespaces: Informer<Namespace>;
  end(): void;
}

/** Nothing else of a pod is kept: those of other nodes are none of this node's business. */
const essenceOf = ({ apiVersion, kind, metadata, spec, status }: Pod): Pod => {
  const { name, namespace, uid, labels, resourceVersion } = metadata;
  const bare = ({ name: container, ports, restartPolicy }: Pod['spec']['containers'][number]) => ({
    name: container,
    ...(ports ? { ports } : {}),
    ...(restartPolicy ? { restartPolicy } : {}),
  });
  return JSON.parse(
    JSON.stringify({
      apiVersion,
      kind,
      metadata: { name, namespace, uid, labels, resourceVersion },
      spec: {
        hostNetwork: spec.hostNetwork,
        nodeName: spec.nodeName,
        containers: spec.containers.map(bare),
        initContainers: spec.initContainers?.map(bare),
      },
      status: { phase: status?.phase, podIP: status?.podIP },
    }),
  ) as Pod;
};
