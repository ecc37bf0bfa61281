import { GATEWAY_GROUP, type Gateway, type ReferenceGrant } from '../../kube/kinds/gateways/objects.ts';
import type { Ingress, Pod } from '../../kube/kinds/objects.data.ts';
import type { KubeObject } from '../../kube/values/types.ts';
import { collectionPrefix, namespacePrefix } from '../store/keys.ts';
import type { Store } from '../store/types.ts';
import type { Referring } from './auth/nodeauthorizer.ts';

/** What refers to objects that nodes may read then, as it is stored now. */
export function referringIn(store: Pick<Store, 'list'>): Referring {
  const inNamespace = <T extends KubeObject>(group: string, plural: string) => {
    return (name: string) =>
      store.list(namespacePrefix(group, plural, name)).map(({ object }) => object as T);
  };
  const everywhere = <T extends KubeObject>(plural: string) =>
    store.list(collectionPrefix(GATEWAY_GROUP, plural)).map(({ object }) => object as T);
  return {
    pods: inNamespace<Pod>('', 'pods'),
    ingresses: inNamespace<Ingress>('networking.k8s.io', 'ingresses'),
    gateways: () => everywhere<Gateway>('gateways'),
    grants: inNamespace<ReferenceGrant>(GATEWAY_GROUP, 'referencegrants'),
    hasPolicies: () => store.list(collectionPrefix('networking.k8s.io', 'networkpolicies')).length > 0,
  };
}
