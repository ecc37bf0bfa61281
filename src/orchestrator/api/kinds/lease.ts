import { LEASE } from '../../../kube/kinds/lease.ts';
import type { Lease } from '../../../kube/kinds/objects.data.ts';
import { AGE, column, NAME } from './columns.ts';
import { CREATED_BY_PUT, type ServedRow } from './servedrow.ts';

export const SERVED_LEASE: ServedRow = {
  kind: LEASE,
  strategy: CREATED_BY_PUT,
  columns: [NAME, column<Lease>('Holder', ({ spec }) => spec?.holderIdentity ?? ''), AGE],
  subresources: [],
};
