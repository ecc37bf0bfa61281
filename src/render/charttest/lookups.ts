import type { KubeObject } from '../../kube/values/types.ts';
import { type LookupAnswers, lookupKey } from '../recorded.ts';

/** What a fake client of client-go says of a list. */
const LIST = { continue: '', resourceVersion: '' };

/** What `lookup` answers where the cluster has these objects: each by its name, and lists of all, in its namespace and everywhere. */
export function answersOf(objects: readonly KubeObject[]): LookupAnswers {
  const single = objects.map(({ apiVersion, kind, metadata }, index) => [
    lookupKey({ apiVersion, kind, namespace: metadata.namespace ?? '', name: metadata.name ?? '' }),
    { object: objects[index] as object },
  ]);
  const lists = new Map<string, KubeObject[]>();
  for (const object of objects)
    for (const namespace of new Set([object.metadata.namespace ?? '', ''])) {
      const { apiVersion, kind } = object;
      const key = lookupKey({ apiVersion, kind, namespace, name: '' });
      lists.set(key, [...(lists.get(key) ?? []), object]);
    }
  const listed = Array.from(lists, ([key, items]) => {
    const { apiVersion, kind } = items[0] as KubeObject;
    return [key, { object: { apiVersion, kind: `${kind}List`, metadata: LIST, items } }];
  });
  return Object.fromEntries([...single, ...listed]);
}
