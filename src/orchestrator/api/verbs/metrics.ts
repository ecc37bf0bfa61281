import { rfc3339 } from '../../../base/clock.ts';
import type { Node, Pod } from '../../../kube/kinds/objects.data.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { type ApiContext, authorize, servedKind } from '../context.ts';
import { notFound } from '../errors.ts';
import { type Kind, keyOf, prefixOf } from '../kinds/kind.ts';
import { NODE_METRICS } from '../kinds/metrics.ts';
import { keyOfPod } from '../kinds/podtarget.ts';
import { draft } from '../stored.ts';
import type { MetricsRequest, Stored } from '../types.ts';
import type { Meter, Usage } from './measure.ts';
import { compileSelection } from './selection.ts';

/**
 * What pods and nodes use now (metrics.k8s.io/v1beta1, as metrics-server answers it): one where the request names it, else those that can be
 * measured. Selectors mean the pods and nodes.
 */
export async function metrics(
  context: ApiContext,
  meter: Meter,
  request: MetricsRequest,
): Promise<readonly Stored[]> {
  const { resource, name, namespace } = request;
  await authorize(context, request, name === undefined ? 'list' : 'get');
  const kind = servedKind(
    context,
    { ...request, resource: { ...resource, group: '', version: 'v1' } },
    'get',
  );
  const measured = await Promise.all(
    objectsOf(context, kind, request).map((object) => measure(context, meter, request, object)),
  );
  const found = measured.filter((object) => object !== undefined).map(draft);
  if (name !== undefined && found.length === 0)
    throw notFound(resource, namespace === undefined ? name : `${namespace}/${name}`);
  return found;
}

function objectsOf(context: ApiContext, kind: Kind, request: MetricsRequest): readonly KubeObject[] {
  const { name, namespace } = request;
  if (name !== undefined) {
    const entry = context.store.get(keyOf(kind, namespace, name));
    return entry ? [entry.object] : [];
  }
  const selects = compileSelection(kind, request);
  const objects = context.store.list(prefixOf(kind, namespace)).map(({ object }) => object);
  return selects ? objects.filter(selects) : objects;
}

const measure = (
  context: ApiContext,
  meter: Meter,
  { resource, signal }: MetricsRequest,
  object: KubeObject,
): Promise<KubeObject | undefined> =>
  resource === NODE_METRICS
    ? measureNode(context, meter, object as Node, signal)
    : measurePod(context, meter, object as Pod, signal);

async function measureNode(
  { nodeConnections }: ApiContext,
  meter: Meter,
  { metadata }: Node,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  const { name = '' } = metadata;
  const usage = await meter.measure(
    `node ${name}`,
    async (limit) => {
      const stats = await nodeConnections(name)?.ask({ type: 'nodeStats' }, limit);
      return stats && { at: stats.at, used: [{ name, ...stats }] };
    },
    signal,
  );
  const [used] = usage?.used ?? [];
  return usage && used && { ...headOf('NodeMetrics', metadata, usage), usage: amounts(used) };
}

async function measurePod(
  { nodeConnections }: ApiContext,
  meter: Meter,
  pod: Pod,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  const { metadata, spec, status } = pod;
  if (status?.phase !== 'Running' || !spec.nodeName) return undefined;
  const connection = nodeConnections(spec.nodeName);
  const usage = await meter.measure(
    `pod ${metadata.uid}`,
    async (limit) => {
      const stats = await connection?.ask({ type: 'stats', pod: keyOfPod(pod) }, limit);
      return (
        stats && { at: stats.at, used: stats.containers.map((one) => ({ ...one, name: one.container })) }
      );
    },
    signal,
  );
  if (!usage || usage.used.length === 0) return undefined;
  const containers = usage.used.map((one) => ({ name: one.name, usage: amounts(one) }));
  return { ...headOf('PodMetrics', metadata, usage), containers };
}

const headOf = (
  kind: 'NodeMetrics' | 'PodMetrics',
  { name, namespace, labels }: KubeObject['metadata'],
  { at, windowMs }: Usage,
): KubeObject => ({
  apiVersion: 'metrics.k8s.io/v1beta1',
  kind,
  metadata: {
    name: name ?? '',
    ...(namespace === undefined ? {} : { namespace }),
    ...(labels === undefined ? {} : { labels }),
    creationTimestamp: rfc3339(at),
  },
  timestamp: rfc3339(at),
  window: `${windowMs / 1000}s`,
});

const amounts = ({ nanoCores, memoryBytes }: Usage['used'][number]) => ({
  cpu: `${nanoCores}n`,
  memory: `${Math.ceil(memoryBytes / 1024)}Ki`,
});
