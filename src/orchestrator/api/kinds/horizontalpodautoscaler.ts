import { HORIZONTAL_POD_AUTOSCALER } from '../../../kube/kinds/horizontalpodautoscaler.ts';
import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus } from '../../../kube/kinds/objects.data.ts';
import { AGE, column, NAME, none } from './columns.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';
import { STATUS } from './subresource.ts';

export const SERVED_HORIZONTAL_POD_AUTOSCALER: ServedRow = {
  kind: HORIZONTAL_POD_AUTOSCALER,
  strategy: { ...PLAIN, status: true },
  columns: [
    NAME,
    column<HorizontalPodAutoscaler>('Reference', ({ spec }) =>
      [spec?.scaleTargetRef?.kind, spec?.scaleTargetRef?.name].join('/'),
    ),
    column<HorizontalPodAutoscaler>('Targets', targets),
    column<HorizontalPodAutoscaler>('MinPods', ({ spec }) => String(spec.minReplicas ?? '<unset>')),
    column<HorizontalPodAutoscaler>('MaxPods', ({ spec }) => String(spec.maxReplicas)),
    column<HorizontalPodAutoscaler>('Replicas', ({ status }) => String(status?.currentReplicas ?? 0)),
    AGE,
  ],
  subresources: [STATUS],
};

const MOST_SHOWN = 2;
const UNKNOWN = '<unknown>';

/** `cpu: 40%/80%, 3/5 (avg) + 1 more...`: what was measured of what is wanted. */
function targets({ spec, status }: HorizontalPodAutoscaler): string {
  const metrics = spec.metrics ?? [];
  if (metrics.length === 0) return none('');
  const shown = metrics.slice(0, MOST_SHOWN).map((metric, i) => target(metric, status?.currentMetrics?.[i]));
  const more = metrics.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` + ${more} more...` : '');
}

function target(metric: MetricSpec, measured: MetricStatus | undefined): string {
  switch (metric.type) {
    case 'Resource':
      return ofResource(metric.resource, measured?.resource);
    case 'ContainerResource':
      return ofResource(metric.containerResource, measured?.containerResource);
    case 'Pods':
      return `${measured?.pods?.current.averageValue ?? UNKNOWN}/${metric.pods?.target.averageValue}`;
    case 'Object':
      return ofValue(metric.object, measured?.object);
    case 'External':
      return ofValue(metric.external, measured?.external);
    default:
      return '<unknown type>';
  }
}

type Resource = MetricSpec['resource'];
type Measured = MetricStatus['resource'];

function ofResource(wanted: Resource, measured: Measured): string {
  const { averageValue, averageUtilization } = wanted?.target ?? {};
  if (averageValue !== undefined) {
    return `${wanted?.name}: ${measured?.current.averageValue ?? UNKNOWN}/${averageValue}`;
  }
  const percent = (value: number | undefined, absent: string) => (value === undefined ? absent : `${value}%`);
  const current = percent(measured?.current.averageUtilization, UNKNOWN);
  return `${wanted?.name}: ${current}/${percent(averageUtilization, '<auto>')}`;
}

function ofValue(
  wanted: MetricSpec['object'] | MetricSpec['external'],
  measured: MetricStatus['object'] | MetricStatus['external'],
): string {
  const { value, averageValue } = wanted?.target ?? {};
  return averageValue === undefined
    ? `${measured?.current.value ?? UNKNOWN}/${value}`
    : `${measured?.current.averageValue ?? UNKNOWN}/${averageValue} (avg)`;
}
