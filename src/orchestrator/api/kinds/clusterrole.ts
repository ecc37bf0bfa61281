import { CLUSTER_ROLE } from '../../../kube/kinds/clusterrole.ts';
import { CREATED_AT, NAME } from './columns.ts';
import { CREATED_BY_PUT, type ServedRow } from './servedrow.ts';

export const SERVED_CLUSTER_ROLE: ServedRow = {
  kind: CLUSTER_ROLE,
  strategy: CREATED_BY_PUT,
  columns: [NAME, CREATED_AT],
  subresources: [],
};
