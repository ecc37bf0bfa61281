/** What a node says of itself, under the paths of a kubelet (Kubernetes `pkg/kubelet/server/server.go`). */
import { rfc3339 } from '../../../base/clock.ts';
import { EXPOSITION, exposed, family } from '../../../base/exposition.ts';
import type { Pod } from '../../../kube/kinds/objects.data.ts';
import type { NodeStatsResult } from '../../link/requests.ts';
import type { ContainerStats, PodStats } from '../runtime/runtime.ts';

/** What pages are made of. */
export interface ObservedNode {
  readonly nodeName: string;
  readonly stats: NodeStatsResult;
  /** Bytes of memory of the machine. */
  readonly memoryBytes: number;
  readonly pods: readonly { readonly pod: Pod; readonly stats: PodStats }[];
}

export interface Page {
  readonly contentType: string;
  readonly body: string;
}

const json = (value: unknown): Page => ({ contentType: 'application/json', body: JSON.stringify(value) });
const samples = (lines: readonly string[]): Page => ({ contentType: EXPOSITION, body: exposed(lines) });

/** What an agent that answers at all says: it needs to look at nothing. */
export const HEALTH: ReadonlySet<string> = new Set(['/healthz', '/healthz/ping']);

export const PAGES: Readonly<Record<string, (node: ObservedNode) => Page>> = {
  '/pods': ({ pods }) =>
    json({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: pods.map(({ pod }) => pod) }),
  '/stats/summary': (node) => json(summaryOf(node)),
  '/metrics/resource': (node) => samples(resourceSamples(node)),
};

/** kubelet `pkg/apis/stats/v1alpha1`. */
function summaryOf({ nodeName, stats, memoryBytes, pods }: ObservedNode) {
  const { at, cpuNanoseconds, memoryBytes: used } = stats;
  return {
    node: {
      nodeName,
      cpu: cpuAt(at, cpuNanoseconds),
      memory: { ...memoryAt(at, used), availableBytes: memoryBytes - used },
    },
    pods: pods.map(({ pod: { metadata, status }, stats: { at: when, containers } }) => ({
      podRef: { name: metadata.name, namespace: metadata.namespace, uid: metadata.uid },
      startTime: status?.startTime ?? null,
      containers: containers.map((one) => ({
        name: one.container,
        cpu: cpuAt(when, one.cpuNanoseconds),
        memory: memoryAt(when, one.memoryBytes),
      })),
      cpu: cpuAt(when, total(containers, 'cpuNanoseconds')),
      memory: memoryAt(when, total(containers, 'memoryBytes')),
      process_stats: { process_count: total(containers, 'processes') },
    })),
  };
}

const cpuAt = (at: number, usageCoreNanoSeconds: number) => ({ time: rfc3339(at), usageCoreNanoSeconds });
const memoryAt = (at: number, bytes: number) => ({
  time: rfc3339(at),
  usageBytes: bytes,
  workingSetBytes: bytes,
});

const total = (containers: readonly ContainerStats[], member: Exclude<keyof ContainerStats, 'container'>) =>
  containers.reduce((sum, one) => sum + one[member], 0);

/** kubelet `pkg/kubelet/metrics/collectors/resource_metrics.go`. */
function resourceSamples({ stats, pods }: ObservedNode): readonly string[] {
  const containers = pods.flatMap(({ pod: { metadata }, stats: { at, containers: all } }) =>
    all.map((one) => ({ one, at, labels: { container: one.container, ...placeOf(metadata) } })),
  );
  const whole = pods.map(({ pod: { metadata }, stats: { at, containers: all } }) => ({
    at,
    all,
    labels: placeOf(metadata),
  }));
  return [
    ...family('node_cpu_usage_seconds_total', 'counter', [
      { labels: {}, value: stats.cpuNanoseconds / 1e9, at: stats.at },
    ]),
    ...family('node_memory_working_set_bytes', 'gauge', [
      { labels: {}, value: stats.memoryBytes, at: stats.at },
    ]),
    ...family(
      'container_cpu_usage_seconds_total',
      'counter',
      containers.map(({ one, at, labels }) => ({ labels, value: one.cpuNanoseconds / 1e9, at })),
    ),
    ...family(
      'container_memory_working_set_bytes',
      'gauge',
      containers.map(({ one, at, labels }) => ({ labels, value: one.memoryBytes, at })),
    ),
    ...family(
      'pod_cpu_usage_seconds_total',
      'counter',
      whole.map(({ all, at, labels }) => ({ labels, value: total(all, 'cpuNanoseconds') / 1e9, at })),
    ),
    ...family(
      'pod_memory_working_set_bytes',
      'gauge',
      whole.map(({ all, at, labels }) => ({ labels, value: total(all, 'memoryBytes'), at })),
    ),
    ...family('resource_scrape_error', 'gauge', [{ labels: {}, value: 0 }]),
  ];
}

const placeOf = ({ namespace = '', name = '' }: Pod['metadata']) => ({ namespace, pod: name });
