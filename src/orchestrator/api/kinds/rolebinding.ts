import { ROLE_BINDING } from '../../../kube/kinds/rolebinding.ts';
import { BINDING_COLUMNS } from './bindingcolumns.ts';
import { CREATED_BY_PUT, type ServedRow } from './servedrow.ts';

export const SERVED_ROLE_BINDING: ServedRow = {
  kind: ROLE_BINDING,
  strategy: CREATED_BY_PUT,
  columns: BINDING_COLUMNS,
  subresources: [],
};
