import type { Service, ServicePort } from '../../../kube/kinds/objects.data.ts';
import { SERVICE } from '../../../kube/kinds/service.ts';
import { formatLabels } from '../../../kube/values/selectors.ts';
import { AGE, column, NAME, none, wide } from './columns.ts';
import type { ServedRow } from './servedrow.ts';
import { SERVICE_STRATEGY } from './serviceallocation.ts';
import { SERVICE_PROXY } from './serviceproxy.ts';
import { STATUS } from './subresource.ts';

export const SERVED_SERVICE: ServedRow = {
  kind: SERVICE,
  strategy: SERVICE_STRATEGY,
  columns: [
    NAME,
    column<Service>('Type', ({ spec }) => spec.type),
    column<Service>('Cluster-IP', ({ spec }) => none(spec.clusterIPs?.[0] ?? spec.clusterIP)),
    column<Service>('External-IP', externalAddress),
    column<Service>('Port(s)', ({ spec }) => none((spec.ports ?? []).map(servicePort).join(','))),
    AGE,
    wide<Service>('Selector', ({ spec }) => none(formatLabels(spec.selector))),
  ],
  subresources: [SERVICE_PROXY, STATUS],
};

function externalAddress({ spec, status }: Service): string {
  const ips = spec.externalIPs ?? [];
  if (spec.type === 'ExternalName') return none(spec.externalName);
  if (spec.type !== 'LoadBalancer') return none(ips.join(','));
  const given = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '');
  return [...given, ...ips].join(',') || '<pending>';
}

function servicePort({ port, nodePort, protocol }: ServicePort): string {
  return `${port}${nodePort ? `:${nodePort}` : ''}/${protocol ?? 'TCP'}`;
}
