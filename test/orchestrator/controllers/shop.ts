import type { Deployment, Pod, ReplicaSet } from '../../../src/kube/kinds/objects.data.ts';
import { DEPLOYMENTS, PODS, REPLICA_SETS } from '../../../src/kube/kinds/resources.data.ts';
import { eventually, startCluster, type TestCluster } from './cluster.ts';

/** A cluster of two nodes with the namespace `shop`, where deployments come and go. */
export interface Shop {
  /** There while a test runs. */
  readonly cluster: TestCluster;
  readonly apply: (object: Deployment) => Promise<Deployment>;
  readonly getDeployment: (name: string) => Promise<Deployment>;
  readonly setsOf: (name: string) => Promise<readonly ReplicaSet[]>;
  readonly podsOf: (name: string) => Promise<readonly Pod[]>;
  readonly rolledOut: (name: string) => Promise<Deployment>;
}

/** Starts one for the tests of the suite that calls it, and stops it after them. */
export function useShop(): Shop {
  let cluster: TestCluster;
  before(async () => {
    cluster = await startCluster();
    await cluster.addNode('n1');
    await cluster.addNode('n2');
    await cluster.createNamespace('shop');
  });
  after(() => cluster.stop());

  const getDeployment = (name: string) => cluster.client.get(DEPLOYMENTS, { namespace: 'shop', name });
  return {
    get cluster() {
      return cluster;
    },
    apply: (object) => cluster.client.apply(DEPLOYMENTS, object, { fieldManager: 'test', force: true }),
    getDeployment,
    setsOf: async (name) =>
      (await cluster.client.list(REPLICA_SETS, { namespace: 'shop', labelSelector: `app=${name}` })).items,
    podsOf: async (name) =>
      (await cluster.client.list(PODS, { namespace: 'shop', labelSelector: `app=${name}` })).items,
    rolledOut: (name) => eventually(() => getDeployment(name), isRolledOut),
  };
}

export const deployment = (name: string, version: string, replicas = 3, spec: object = {}): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'shop' },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [
          { name: 'main', image: `shop/${name}:${version}`, ports: [{ name: 'http', containerPort: 8080 }] },
        ],
        terminationGracePeriodSeconds: 1,
      },
    },
    ...spec,
  },
});

export const isRolledOut = ({ metadata, spec, status }: Deployment): boolean =>
  status?.observedGeneration === metadata.generation &&
  status?.updatedReplicas === spec.replicas &&
  status?.replicas === spec.replicas &&
  status?.availableReplicas === spec.replicas;

export const reasonOf = (one: Deployment, type: string): string | undefined =>
  one.status?.conditions?.find((condition) => condition.type === type)?.reason;
