import type { VolumeAttachment } from '../../../kube/kinds/objects.data.ts';
import { VOLUME_ATTACHMENT } from '../../../kube/kinds/volumeattachment.ts';
import { AGE, column, flag, NAME } from './columns.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';
import { STATUS } from './subresource.ts';

export const SERVED_VOLUME_ATTACHMENT: ServedRow = {
  kind: VOLUME_ATTACHMENT,
  strategy: { ...PLAIN, status: true },
  columns: [
    NAME,
    column<VolumeAttachment>('Attacher', ({ spec }) => spec.attacher, { format: 'name' }),
    column<VolumeAttachment>('PV', ({ spec }) => spec.source?.persistentVolumeName ?? ''),
    column<VolumeAttachment>('Node', ({ spec }) => spec.nodeName),
    flag<VolumeAttachment>('Attached', ({ status }) => status?.attached ?? false),
    AGE,
  ],
  subresources: [STATUS],
};
