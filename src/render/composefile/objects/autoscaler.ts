import type { JsonObject } from '../../../kube/values/types.ts';
import type { Written as Placed } from '../../manifests/read.ts';
import type { Service } from '../project.ts';
import { conversionLabel, labelsOf, made } from './labels.ts';

/** The autoscaler that kompose's labels ask for. */
export function autoscaler(service: Service, kind: string, app: string): readonly Placed[] {
  const said = (key: string) => numberOf(conversionLabel(service, `hpa.${key}`));
  const [most, least] = [said('replicas.max'), said('replicas.min')];
  const metrics = [metric('cpu', said('cpu')), metric('memory', said('memory'))].flat();
  if (most === undefined && least === undefined && metrics.length === 0) return [];
  const spec = {
    scaleTargetRef: { apiVersion: 'apps/v1', kind, name: service.object },
    minReplicas: least ?? 1,
    maxReplicas: Math.max(most ?? 3, least ?? 1),
    metrics: metrics.length > 0 ? metrics : metric('cpu', 50),
  };
  const head = {
    ...{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', name: service.object },
    labels: labelsOf(app, service.object),
  };
  return [made(head, { spec }, service.at.place)];
}

const numberOf = (text: string | undefined): number | undefined => {
  const [, digits] = /^(\d{1,6})%?$/.exec(text ?? '') ?? [];
  return digits === undefined ? undefined : Number(digits);
};

const metric = (name: string, averageUtilization: number | undefined): readonly JsonObject[] =>
  averageUtilization === undefined
    ? []
    : [{ type: 'Resource', resource: { name, target: { type: 'Utilization', averageUtilization } } }];
