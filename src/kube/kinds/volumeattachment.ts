import { type FieldError, forbidden, required, tooLong } from '../values/fielderrors.ts';
import { dns1123Subdomain } from '../values/names.ts';
import type { JsonObject } from '../values/types.ts';
import { immutable, named, none } from './checks/checks.ts';
import { objectAt, textAt } from './checks/read.ts';
import { bytesOf, driverName } from './checks/storage.ts';
import { VOLUME_ATTACHMENTS } from './resources.data.ts';
import { APPLIED_WITH_OTHERS, type KindRow } from './row.ts';

export const VOLUME_ATTACHMENT: KindRow = {
  resource: VOLUME_ATTACHMENTS,
  applyOrder: APPLIED_WITH_OTHERS,
  validate: validateAttachment,
  defaults: { 'storage.v1.VolumeAttachmentStatus': { members: { attached: false } } },
};

/** Kubernetes `pkg/apis/storage/validation/validation.go` (ValidateVolumeAttachment, …V1, …Update). */
function validateAttachment(attachment: JsonObject, old?: JsonObject): readonly FieldError[] {
  const spec = objectAt(attachment, 'spec');
  return [
    ...(old ? immutable('spec', spec, objectAt(old, 'spec')) : validateSpec(spec)),
    ...validateStatus(objectAt(attachment, 'status')),
  ];
}

const EITHER = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';

function validateSpec(spec: JsonObject): readonly FieldError[] {
  const { inlineVolumeSpec, persistentVolumeName } = objectAt(spec, 'source');
  const at = 'spec.source';
  return [
    ...driverName(textAt(spec, 'attacher'), 'spec.attacher'),
    ...(inlineVolumeSpec === undefined && persistentVolumeName === undefined ? [required(at, EITHER)] : none),
    ...(inlineVolumeSpec !== undefined && persistentVolumeName !== undefined
      ? [forbidden(at, EITHER)]
      : none),
    ...(persistentVolumeName === ''
      ? [required(`${at}.persistentVolumeName`, 'must specify non empty persistentVolumeName')]
      : none),
    ...(typeof persistentVolumeName === 'string' && persistentVolumeName !== ''
      ? named(`${at}.persistentVolumeName`, persistentVolumeName, dns1123Subdomain)
      : none),
    ...named('spec.nodeName', textAt(spec, 'nodeName'), dns1123Subdomain),
  ];
}

const MOST_METADATA_BYTES = 256 * 1024;
const LONGEST_MESSAGE = 1024;

function validateStatus(status: JsonObject): readonly FieldError[] {
  const bytes = Object.entries(objectAt(status, 'attachmentMetadata')).reduce(
    (sum, [key, value]) => sum + bytesOf(key) + bytesOf(String(value)),
    0,
  );
  return [
    ...(bytes > MOST_METADATA_BYTES ? [tooLong('status.attachmentMetadata', MOST_METADATA_BYTES)] : none),
    ...['attachError', 'detachError']
      .filter((key) => textAt(objectAt(status, key), 'message').length > LONGEST_MESSAGE)
      .map((key) => tooLong(`status.${key}.message`, LONGEST_MESSAGE)),
  ];
}
