import type { EndpointSlice } from '../../../kube/kinds/objects.data.ts';
import { fnv32a, safeEncode } from '../../../kube/values/names.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { controllerReference } from '../controllerref.ts';
import { MANAGED_BY, SERVICE_NAME } from './labels.ts';

/** The key of the Service that a slice of this controller is of; of another's slices none, since each leaves those alone. */
export const slicesManagedBy =
  (controller: string) =>
  ({ metadata: { labels = {}, namespace = '' } }: EndpointSlice): readonly string[] => {
    const service = labels[SERVICE_NAME];
    return service !== undefined && labels[MANAGED_BY] === controller ? [`${namespace}/${service}`] : [];
  };

/** What makes a slice one of this controller for a Service of that name. */
export const managedLabels = (controller: string, service: string): Readonly<Record<string, string>> => ({
  [SERVICE_NAME]: service,
  [MANAGED_BY]: controller,
});

/** A slice that `owner` keeps, under a name that is not in `taken` and then is. */
export function newSlice(
  owner: KubeObject,
  { labels, annotations }: Pick<EndpointSlice['metadata'], 'labels' | 'annotations'>,
  content: Pick<EndpointSlice, 'addressType' | 'endpoints' | 'ports'>,
  taken: Set<string>,
): EndpointSlice {
  const name = freeName(owner, taken);
  taken.add(name);
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name,
      namespace: owner.metadata.namespace ?? '',
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
      ownerReferences: [controllerReference(owner)],
    },
    ...content,
  };
}

/**
 * Kubernetes uses a random suffix and a tracker that guards against a stale cache. A suffix that is derived from the owner needs
 * none: the second attempt of the same creation fails with AlreadyExists.
 */
function freeName({ metadata }: KubeObject, taken: ReadonlySet<string>): string {
  for (let i = 0; ; i++) {
    const hash = fnv32a(Buffer.from(`${metadata.uid}/${i}`));
    const name = `${metadata.name}-${safeEncode(String(hash)).slice(0, 5)}`;
    if (!taken.has(name)) return name;
  }
}
