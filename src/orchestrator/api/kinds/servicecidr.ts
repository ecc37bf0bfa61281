import type { ServiceCIDR } from '../../../kube/kinds/objects.data.ts';
import { SERVICE_CIDR } from '../../../kube/kinds/servicecidr.ts';
import { AGE, column, NAME } from './columns.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';
import { STATUS } from './subresource.ts';

export const SERVED_SERVICE_CIDR: ServedRow = {
  kind: SERVICE_CIDR,
  strategy: { ...PLAIN, status: true },
  columns: [NAME, column<ServiceCIDR>('CIDRs', ({ spec }) => (spec?.cidrs ?? []).join(',')), AGE],
  subresources: [STATUS],
};
