import { problemOf } from '../../../base/errors.ts';
import type { KubeClient } from '../../../kube/client/client.ts';
import { numberAt, objectAt, textAt } from '../../../kube/kinds/checks/read.ts';
import type { HorizontalPodAutoscaler } from '../../../kube/kinds/objects.data.ts';
import { gvkOf, type JsonObject, type Resource } from '../../../kube/values/types.ts';
import { MANAGER } from '../context.ts';
import type { Problematic } from './measured.ts';
import type { Target } from './proposal.ts';

/** The scale of what an autoscaler is responsible for. */
export interface ScaledTarget extends Target {
  /** Of its pods; '' where the target does not say. */
  readonly selector: string;
  readonly resource: Resource;
  readonly key: { readonly namespace: string; readonly name: string };
}

/** Reads the scale of the target, whatever kind that is: the version does not matter. Rejects for a lack of rights alone. */
export async function readScale(
  client: KubeClient,
  { metadata, spec }: HorizontalPodAutoscaler,
): Promise<Problematic<ScaledTarget>> {
  const { apiVersion = '', kind, name } = spec.scaleTargetRef;
  const { group } = gvkOf({ apiVersion, kind });
  const all = await client.resources();
  const candidates = all.filter((one) => one.group === group && one.kind === kind);
  const resource = candidates.find((one) => one.subresources.includes('scale')) ?? candidates[0];
  if (!resource) return { problem: `no matches for kind "${kind}" in group "${group}"` };
  const key = { namespace: metadata.namespace ?? '', name };
  try {
    const scale = (await client.get(resource, key, { subresource: 'scale' })) as JsonObject;
    const [wanted, status] = [objectAt(scale, 'spec'), objectAt(scale, 'status')];
    return {
      current: numberAt(wanted, 'replicas') ?? 0,
      running: numberAt(status, 'replicas') ?? 0,
      selector: textAt(status, 'selector'),
      resource,
      key,
    };
  } catch (error) {
    return { problem: problemOf(error).message };
  }
}

/** The last word counts: whoever else scales meanwhile is overruled, as by Kubernetes' retries. */
export async function writeScale(
  client: KubeClient,
  { resource, key }: ScaledTarget,
  replicas: number,
): Promise<void> {
  const patch = { type: 'merge', body: { spec: { replicas } } } as const;
  await client.patch(resource, key, patch, { subresource: 'scale', fieldManager: MANAGER });
}
