import type { KubeClient } from '../../kube/client/client.ts';
import { LIMIT_RANGES, RESOURCE_QUOTAS } from '../../kube/kinds/resources.data.ts';
import { deepEqual, isObject } from '../../kube/values/equal.ts';
import { compareQuantities, parseQuantity } from '../../kube/values/quantity.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import type { KubeObject, Resource } from '../../kube/values/types.ts';
import { FIELD_MANAGER, type PreviewTerms } from '../../model/types.ts';

/** Of both objects that bound a preview. */
export const GUARD_NAME = 'pilotage-preview';

/** A container that says nothing of its needs: no quota counts it otherwise. */
const CONTAINER = { cpu: '500m', memory: '512Mi' } as const;
const REQUEST = { cpu: '50m', memory: '64Mi' } as const;

const less = (one: string, other: string): string => {
  const [a, b] = [parseQuantity(one), parseQuantity(other)];
  return a && b && compareQuantities(b, a) < 0 ? other : one;
};

/** What the namespace of a preview may hold in all, and what a container has that names no limit. Pure. */
export function guardsOf({ quota }: Pick<PreviewTerms, 'quota'>, namespace: string): readonly KubeObject[] {
  const { cpu, memory, pods } = quota;
  const metadata = { name: GUARD_NAME, namespace };
  const hard = {
    'limits.cpu': cpu,
    'limits.memory': memory,
    pods: String(pods),
    'services.nodeports': '0',
    'services.loadbalancers': '0',
  };
  const limit = { cpu: less(CONTAINER.cpu, cpu), memory: less(CONTAINER.memory, memory) };
  const request = { cpu: less(REQUEST.cpu, cpu), memory: less(REQUEST.memory, memory) };
  return [
    { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard } },
    {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata,
      spec: { limits: [{ type: 'Container', default: limit, defaultRequest: request }] },
    },
  ] as unknown as readonly KubeObject[];
}

/** Sets the bounds of a preview, and sets them back where somebody has changed them. Before the first pod, as Pilotage. */
export async function guardPreview(
  client: KubeClient,
  preview: PreviewTerms,
  namespace: string,
  signal: AbortSignal,
): Promise<void> {
  for (const object of guardsOf(preview, namespace)) {
    const resource: Resource = object.kind === 'LimitRange' ? LIMIT_RANGES : RESOURCE_QUOTAS;
    const key = { namespace, name: GUARD_NAME };
    const live: KubeObject | undefined = await client
      .get<KubeObject>(resource, key, { signal })
      .catch(notFoundAsUndefined);
    if (live && isWithin(live.spec, object.spec)) continue;
    await client.apply(resource, object, { fieldManager: FIELD_MANAGER, force: true, signal });
  }
}

/** Whether all that is wanted is there; a server adds defaults of its own. */
function isWithin(live: unknown, wanted: unknown): boolean {
  if (!isObject(wanted)) {
    if (!Array.isArray(wanted)) return deepEqual(live, wanted);
    return (
      Array.isArray(live) && live.length === wanted.length && wanted.every((one, i) => isWithin(live[i], one))
    );
  }
  return (
    isObject(live) &&
    Object.entries(wanted).every(([key, one]) => isWithin((live as Record<string, unknown>)[key], one))
  );
}
