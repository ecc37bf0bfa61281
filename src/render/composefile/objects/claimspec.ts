import type { JsonObject } from '../../../kube/values/types.ts';
import { shaped } from './shape.ts';

/** Compose has no sizes; the volumes of one machine have as much as its disk. */
const USUAL_SIZE = '1Gi';

export function claimSpec(
  size: string | undefined,
  {
    storageClass,
    accessMode,
  }: { readonly storageClass?: string | undefined; readonly accessMode?: string | undefined } = {},
): JsonObject {
  return shaped({
    accessModes: [accessMode ?? 'ReadWriteOnce'],
    storageClassName: storageClass,
    resources: { requests: { storage: size ?? USUAL_SIZE } },
  });
}
