import { CLUSTER_ROLE_BINDING } from '../../../kube/kinds/clusterrolebinding.ts';
import { BINDING_COLUMNS } from './bindingcolumns.ts';
import { CREATED_BY_PUT, type ServedRow } from './servedrow.ts';

export const SERVED_CLUSTER_ROLE_BINDING: ServedRow = {
  kind: CLUSTER_ROLE_BINDING,
  strategy: CREATED_BY_PUT,
  columns: BINDING_COLUMNS,
  subresources: [],
};
