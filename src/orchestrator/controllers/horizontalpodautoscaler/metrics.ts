import { problemOf } from '../../../base/errors.ts';
import type { KubeClient } from '../../../kube/client/client.ts';
import { serviceAccountUser } from '../../../kube/client/serviceaccount.ts';
import { objectAt, objectsAt, textAt } from '../../../kube/kinds/checks/read.ts';
import type {
  CrossVersionObjectReference,
  MetricIdentifier,
  MetricSpec,
} from '../../../kube/kinds/objects.data.ts';
import { formatSelector, type LabelSelector, selectorOf } from '../../../kube/values/selectors.ts';
import type { Json, JsonObject, Resource } from '../../../kube/values/types.ts';
import type { Elsewhere } from '../context.ts';
import { isProblem, type Measured, milliOf, type PodMetric } from './measured.ts';
import { goSelector } from './proposal.ts';

/** Measured when it is asked for; it has no list of names of its own among the kinds. */
const POD_METRICS: Resource = {
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  plural: 'pods',
  kind: 'PodMetrics',
  namespaced: true,
};
const CUSTOM = 'custom.metrics.k8s.io';
const EXTERNAL = 'external.metrics.k8s.io';
/** Who asks, whatever server is asked. */
const ACCOUNT = serviceAccountUser('kube-system', 'horizontal-pod-autoscaler');
/** Of a metric that does not say over which time it was measured. */
const DEFAULT_WINDOW_SECONDS = 60;

export interface Scope {
  readonly namespace: string;
  /** Of the pods of the target. */
  readonly selector: string;
}

export interface MetricsSource {
  readonly client: KubeClient;
  readonly elsewhere: Pick<Elsewhere, 'read'>;
}

/** What the metrics APIs say of one metric (Kubernetes `podautoscaler/metrics/client.go`, with its words). Never rejects. */
export async function measure(source: MetricsSource, spec: MetricSpec, scope: Scope): Promise<Measured> {
  if (spec.resource) return ofResource(source.client, spec.resource.name, '', scope);
  if (spec.containerResource) {
    const { name, container } = spec.containerResource;
    return ofResource(source.client, name, container, scope);
  }
  if (spec.pods) return ofPods(source.elsewhere, spec.pods.metric, scope);
  if (spec.object) return ofObject(source, spec.object.describedObject, spec.object.metric, scope);
  if (spec.external) return ofExternal(source.elsewhere, spec.external.metric, scope);
  return { problem: 'the metric has no source' };
}

async function ofResource(
  client: KubeClient,
  resource: string,
  container: string,
  { namespace, selector }: Scope,
): Promise<Measured> {
  try {
    const list = await client.list(POD_METRICS, { namespace, labelSelector: selector });
    const items = list.items as readonly unknown[] as readonly JsonObject[];
    if (items.length === 0) return { problem: 'no metrics returned from resource metrics API' };
    const pods = items.flatMap((item) => {
      const value = usageOf(item, resource, container);
      const name = textAt(objectAt(item, 'metadata'), 'name');
      return value === undefined ? [] : [[name, metricOf(item, value, seconds(item.window))] as const];
    });
    return { pods: new Map(pods) };
  } catch (error) {
    return { problem: `unable to fetch metrics from resource metrics API: ${problemOf(error).message}` };
  }
}

/** Of one container, else of all together; undefined where it is not known of one of them. */
function usageOf(item: JsonObject, resource: string, container: string): number | undefined {
  const containers = objectsAt(item, 'containers').filter(
    (one) => container === '' || one.name === container,
  );
  const values = containers.map((one) => milliOf(objectAt(one, 'usage')[resource]));
  if (values.length === 0 || values.includes(undefined)) return undefined;
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

const metricOf = (item: JsonObject, value: number, windowSeconds: number): PodMetric => ({
  value,
  at: Date.parse(textAt(item, 'timestamp')),
  windowMs: windowSeconds * 1000,
});

/** `15.004s` */
const seconds = (window: Json | undefined): number => Number.parseFloat(String(window ?? 0)) || 0;

async function ofPods(
  elsewhere: Pick<Elsewhere, 'read'>,
  metric: MetricIdentifier,
  { namespace, selector }: Scope,
): Promise<Measured> {
  const query = queryOf({ labelSelector: selector, metricLabelSelector: textOf(metric.selector) });
  const items = await custom(elsewhere, `${inNamespace(namespace)}/pods/*/${encode(metric.name)}${query}`);
  if (isProblem(items)) return items;
  if (items.length === 0) return { problem: 'no metrics returned from custom metrics API' };
  const pods = items.flatMap((item) => {
    const value = milliOf(item.value);
    const window = typeof item.windowSeconds === 'number' ? item.windowSeconds : DEFAULT_WINDOW_SECONDS;
    const name = textAt(objectAt(item, 'describedObject'), 'name');
    return value === undefined ? [] : [[name, metricOf(item, value, window)] as const];
  });
  return { pods: new Map(pods) };
}

async function ofObject(
  { client, elsewhere }: MetricsSource,
  object: CrossVersionObjectReference,
  metric: MetricIdentifier,
  { namespace }: Scope,
): Promise<Measured> {
  const { apiVersion = '', kind, name } = object;
  const query = queryOf({ metricLabelSelector: textOf(metric.selector) });
  const place =
    kind === 'Namespace' && !apiVersion.includes('/')
      ? `${inNamespace(namespace)}/metrics`
      : `${inNamespace(namespace)}/${encode(await pluralOf(client, apiVersion, kind))}/${encode(name)}`;
  const items = await custom(elsewhere, `${place}/${encode(metric.name)}${query}`);
  const problem = isProblem(items)
    ? items.problem
    : items.length === 1
      ? undefined
      : `unable to fetch metrics from custom metrics API: the custom metrics API server returned ${items.length} results when we asked for exactly one`;
  if (problem !== undefined || isProblem(items)) {
    return { problem: `unable to get metric ${metric.name}: ${problem} on ${kind} ${namespace}/${name}` };
  }
  return { values: items.map((item) => milliOf(item.value) ?? 0) };
}

/** `deployments.apps`; of a kind that is not served, what its plural would be. */
async function pluralOf(client: KubeClient, apiVersion: string, kind: string): Promise<string> {
  const found = await client.resourceFor({ apiVersion, kind });
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  const plural = found?.plural ?? `${kind.toLowerCase()}s`;
  return group === '' ? plural : `${plural}.${group}`;
}

async function custom(
  elsewhere: Pick<Elsewhere, 'read'>,
  path: string,
): Promise<readonly JsonObject[] | { readonly problem: string }> {
  const unable = 'unable to fetch metrics from custom metrics API';
  try {
    const answer = await elsewhere.read(CUSTOM, path, ACCOUNT);
    return answer
      ? objectsAt(answer, 'items')
      : { problem: `${unable}: no custom metrics API (${CUSTOM}) registered` };
  } catch (error) {
    return { problem: `${unable}: ${problemOf(error).message}` };
  }
}

async function ofExternal(
  elsewhere: Pick<Elsewhere, 'read'>,
  { name, selector }: MetricIdentifier,
  { namespace }: Scope,
): Promise<Measured> {
  const unable = `unable to get external metric ${namespace}/${name}/${goSelector(selector)}`;
  const fetching = `${unable}: unable to fetch metrics from external metrics API`;
  try {
    const query = queryOf({ labelSelector: textOf(selector) });
    const answer = await elsewhere.read(
      EXTERNAL,
      `${inNamespace(namespace)}/${encode(name)}${query}`,
      ACCOUNT,
    );
    if (!answer) {
      return {
        problem: `${fetching}: the server could not find the requested resource (get ${name}.${EXTERNAL})`,
      };
    }
    const items = objectsAt(answer, 'items');
    return items.length === 0
      ? { problem: `${unable}: no metrics returned from external metrics API` }
      : { values: items.map((item) => milliOf(item.value) ?? 0) };
  } catch (error) {
    return { problem: `${fetching}: ${problemOf(error).message}` };
  }
}

const encode = encodeURIComponent;
const inNamespace = (namespace: string): string => `namespaces/${encode(namespace)}`;
const textOf = (selector: LabelSelector | undefined): string => formatSelector(selectorOf(selector) ?? []);

function queryOf(parameters: Readonly<Record<string, string>>): string {
  const set = Object.entries(parameters).filter(([, value]) => value !== '');
  return set.length === 0 ? '' : `?${set.map(([key, value]) => `${key}=${encode(value)}`).join('&')}`;
}
