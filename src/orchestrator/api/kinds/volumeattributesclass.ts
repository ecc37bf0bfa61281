import type { VolumeAttributesClass } from '../../../kube/kinds/objects.data.ts';
import { VOLUME_ATTRIBUTES_CLASS } from '../../../kube/kinds/volumeattributesclass.ts';
import { AGE, column, NAME } from './columns.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';

export const SERVED_VOLUME_ATTRIBUTES_CLASS: ServedRow = {
  kind: VOLUME_ATTRIBUTES_CLASS,
  strategy: PLAIN,
  columns: [NAME, column<VolumeAttributesClass>('DriverName', ({ driverName }) => driverName), AGE],
  subresources: [],
};
