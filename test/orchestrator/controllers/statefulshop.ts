import type { ControllerRevision, StatefulSet } from '../../../src/kube/kinds/objects.data.ts';
import { CONTROLLER_REVISIONS, STATEFUL_SETS } from '../../../src/kube/kinds/resources.data.ts';
import { eventually } from './cluster.ts';
import { type Shop, useShop } from './shop.ts';

export const statefulSet = (name: string, version: string, spec: object = {}): StatefulSet => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name, namespace: 'shop' },
  spec: {
    replicas: 3,
    serviceName: name,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [{ name: 'main', image: `shop/${name}:${version}` }],
        terminationGracePeriodSeconds: 1,
      },
    },
    ...spec,
  },
});

const isUpdated = ({ metadata, spec, status }: StatefulSet): boolean =>
  status?.observedGeneration === metadata.generation &&
  status?.updatedReplicas === spec.replicas &&
  status?.replicas === spec.replicas &&
  status?.availableReplicas === spec.replicas &&
  status?.currentRevision === status?.updateRevision;

/** One claim for each pod. */
export const CLAIMS = {
  volumeClaimTemplates: [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    },
  ],
};

/** A shop where stateful sets come and go. */
export interface StatefulShop {
  readonly shop: Shop;
  readonly apply: (set: StatefulSet) => Promise<StatefulSet>;
  readonly get: (name: string) => Promise<StatefulSet>;
  readonly rolledOut: (name: string) => Promise<StatefulSet>;
  /** Its revisions, the oldest first. */
  readonly revisionsOf: (name: string) => Promise<readonly ControllerRevision[]>;
}

export function useStatefulShop(): StatefulShop {
  const shop = useShop();
  const get = (name: string) => shop.cluster.client.get(STATEFUL_SETS, { namespace: 'shop', name });
  return {
    shop,
    apply: (set) => shop.cluster.client.apply(STATEFUL_SETS, set, { fieldManager: 'test', force: true }),
    get,
    rolledOut: (name) => eventually(() => get(name), isUpdated),
    async revisionsOf(name) {
      const selected = { namespace: 'shop', labelSelector: `app=${name}` };
      const { items } = await shop.cluster.client.list(CONTROLLER_REVISIONS, selected);
      return [...items].sort((a, b) => a.revision - b.revision);
    },
  };
}
