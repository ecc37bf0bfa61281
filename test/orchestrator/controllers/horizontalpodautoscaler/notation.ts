import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
  MetricSpec,
  Pod,
} from '../../../../src/kube/kinds/objects.data.ts';
import type { PodMetrics } from '../../../../src/orchestrator/controllers/horizontalpodautoscaler/measured.ts';
import { ago, NOW } from '../notation.ts';

export const TOLERANCES = { down: 0.1, up: 0.1 };

export interface Facts {
  /** Requests of its containers; `cpu` in a notation of quantities. */
  readonly cpu?: readonly string[];
  readonly phase?: 'Pending' | 'Running' | 'Failed';
  readonly isReady?: boolean;
  /** Seconds since it started, and since its readiness changed. */
  readonly started?: number;
  readonly changed?: number;
  readonly isLeaving?: boolean;
}

/** A pod that has been ready for long, but for what is said. */
export function scaled(name: string, facts: Facts = {}): Pod {
  const { cpu = ['1'], phase = 'Running', isReady = true, started = 3600, changed = 3000, isLeaving } = facts;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      labels: { app: 'web' },
      ...(isLeaving ? { deletionTimestamp: ago(1) } : {}),
    },
    spec: {
      containers: cpu.map((request, i) => ({
        name: `c${i}`,
        ...(request === '' ? {} : { resources: { requests: { cpu: request } } }),
      })),
    },
    status: {
      phase,
      startTime: ago(started),
      conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False', lastTransitionTime: ago(changed) }],
    },
  };
}

/** One for each of the values, in their order: `p0`, `p1`. */
export const all = (count: number, facts: Facts = {}): Pod[] =>
  Array.from({ length: count }, (_, i) => scaled(`p${i}`, facts));

/** Thousandths by pod, measured just now over half a minute; what is undefined is missing. */
export const used = (...values: readonly (number | undefined)[]): PodMetrics =>
  new Map(
    values.flatMap((value, i) =>
      value === undefined ? [] : [[`p${i}`, { value, at: NOW, windowMs: 30_000 }] as const],
    ),
  );

export const cpu = (averageUtilization: number): MetricSpec => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});

export const autoscaler = (spec: Partial<HorizontalPodAutoscalerSpec> = {}): HorizontalPodAutoscaler => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    minReplicas: 2,
    maxReplicas: 6,
    metrics: [cpu(30)],
    ...spec,
  },
});
