import { ROLE } from '../../../kube/kinds/role.ts';
import { CREATED_AT, NAME } from './columns.ts';
import { CREATED_BY_PUT, type ServedRow } from './servedrow.ts';

export const SERVED_ROLE: ServedRow = {
  kind: ROLE,
  strategy: CREATED_BY_PUT,
  columns: [NAME, CREATED_AT],
  subresources: [],
};
