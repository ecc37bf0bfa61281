import { INGRESS } from '../../../kube/kinds/ingress.ts';
import type { Ingress } from '../../../kube/kinds/objects.data.ts';
import { AGE, column, NAME, none } from './columns.ts';
import type { ServedRow } from './servedrow.ts';
import { STATUS } from './subresource.ts';
import { WORKLOAD } from './workload.ts';

export const SERVED_INGRESS: ServedRow = {
  kind: INGRESS,
  strategy: WORKLOAD,
  columns: [
    NAME,
    column<Ingress>('Class', ({ spec }) => none(spec?.ingressClassName)),
    column<Ingress>('Hosts', hosts),
    column<Ingress>('Address', addresses),
    column<Ingress>('Ports', ({ spec }) => ((spec?.tls ?? []).length > 0 ? '80, 443' : '80')),
    AGE,
  ],
  subresources: [STATUS],
};

const MOST_HOSTS = 3;

function hosts({ spec }: Ingress): string {
  const rules = spec?.rules ?? [];
  const named = rules.flatMap(({ host }) => host || []);
  if (named.length === 0) return '*';
  const more = named.length > MOST_HOSTS ? ` + ${rules.length - MOST_HOSTS} more...` : '';
  return named.slice(0, MOST_HOSTS).join(',') + more;
}

function addresses({ status }: Ingress): string {
  const given = (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip || hostname || []);
  return [...new Set(given)].sort().join(',');
}
