import { CONFIG_MAP } from '../../../kube/kinds/configmap.ts';
import type { ConfigMap } from '../../../kube/kinds/objects.data.ts';
import { AGE, column, NAME, size } from './columns.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';

export const SERVED_CONFIG_MAP: ServedRow = {
  kind: CONFIG_MAP,
  strategy: PLAIN,
  columns: [NAME, column<ConfigMap>('Data', (map) => size(map.data) + size(map.binaryData)), AGE],
  subresources: [],
};
