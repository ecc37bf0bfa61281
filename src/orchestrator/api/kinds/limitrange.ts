import { LIMIT_RANGE } from '../../../kube/kinds/limitrange.ts';
import { CREATED_AT, NAME } from './columns.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';

/** kube-apiserver has no columns of its own for it. */
export const SERVED_LIMIT_RANGE: ServedRow = {
  kind: LIMIT_RANGE,
  strategy: PLAIN,
  columns: [NAME, CREATED_AT],
  subresources: [],
};
