import { CSI_NODE } from '../../../kube/kinds/csinode.ts';
import type { CSINode } from '../../../kube/kinds/objects.data.ts';
import { AGE, count, NAME } from './columns.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';

export const SERVED_CSI_NODE: ServedRow = {
  kind: CSI_NODE,
  strategy: PLAIN,
  columns: [NAME, count<CSINode>('Drivers', ({ spec }) => (spec.drivers ?? []).length), AGE],
  subresources: [],
};
