import { DEVICE_CLASS } from '../../../kube/kinds/deviceclass.ts';
import type { DeviceClass } from '../../../kube/kinds/objects.data.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { AGE, NAME } from './columns.ts';
import type { ServedRow } from './servedrow.ts';

export const SERVED_DEVICE_CLASS: ServedRow = {
  kind: DEVICE_CLASS,
  strategy: {
    status: false,
    generation: true,
    prepareForCreate: withoutGatedFields,
    prepareForUpdate: withoutGatedFields,
  },
  columns: [NAME, AGE],
  subresources: [],
};

/** The field of a feature that is off by default (Kubernetes `pkg/registry/resource/deviceclass/strategy.go`). */
function withoutGatedFields(object: KubeObject): KubeObject {
  const { extendedResourceName: _, ...spec } = (object as DeviceClass).spec;
  return { ...object, spec };
}
