import type { KubeObject } from '../../kube/values/types.ts';
import { collectionPrefix } from '../store/keys.ts';
import type { Store } from '../store/types.ts';
import type { PolicyKind } from './authorization.ts';
import { type Kind, keyOf } from './kinds/kind.ts';

/** Shows those who authorize the objects that decide: what is stored, then each change. */
export interface PolicyFeed {
  start(): void;
  /** To be called after every write, before it is acknowledged: its author is judged by it from then on. */
  onWrite(kind: Kind, object: KubeObject): void;
}

export function createPolicyFeed(
  policies: readonly PolicyKind[],
  store: Pick<Store, 'get' | 'list'>,
): PolicyFeed {
  const byPrefix = new Map(policies.map((policy) => [collectionPrefix(policy.group, policy.plural), policy]));
  return {
    start() {
      for (const [prefix, policy] of byPrefix) {
        for (const { object } of store.list(prefix)) policy.observe(keyIn(object), object);
      }
    },
    onWrite(kind, object) {
      const policy = byPrefix.get(collectionPrefix(kind.storage.group, kind.storage.plural));
      if (!policy) return;
      const key = keyIn(object);
      // As it is now: writes of one object may be acknowledged in another order than they were made.
      policy.observe(key, store.get(keyOf(kind, key.namespace, key.name))?.object);
    },
  };
}

const keyIn = ({ metadata: { namespace, name = '' } }: KubeObject) => ({
  name,
  ...(namespace === undefined ? {} : { namespace }),
});
