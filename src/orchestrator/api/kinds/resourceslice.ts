import type { Device, ResourceSlice } from '../../../kube/kinds/objects.data.ts';
import { RESOURCE_SLICE } from '../../../kube/kinds/resourceslice.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { AGE, column, NAME } from './columns.ts';
import type { ServedRow } from './servedrow.ts';

export const SERVED_RESOURCE_SLICE: ServedRow = {
  kind: RESOURCE_SLICE,
  strategy: {
    status: false,
    generation: true,
    prepareForCreate: withoutGatedFields,
    prepareForUpdate: withoutGatedFields,
  },
  columns: [
    NAME,
    column<ResourceSlice>('Node', ({ spec }) => spec.nodeName ?? ''),
    column<ResourceSlice>('Driver', ({ spec }) => spec.driver),
    column<ResourceSlice>('Pool', ({ spec }) => spec.pool?.name ?? ''),
    AGE,
  ],
  subresources: [],
};

/** Without the fields of features that are off by default (Kubernetes `pkg/registry/resource/resourceslice/strategy.go`). */
function withoutGatedFields(object: KubeObject): KubeObject {
  const { sharedCounters: _, perDeviceNodeSelection: __, devices, ...spec } = (object as ResourceSlice).spec;
  return { ...object, spec: { ...spec, ...(devices && { devices: devices.map(shown) }) } };
}

/** A device has its name, its attributes and its capacity. */
const shown = ({ name, attributes, capacity }: Device): Device => ({
  name,
  ...(attributes && { attributes }),
  ...(capacity && {
    capacity: Object.fromEntries(Object.entries(capacity).map(([key, { value }]) => [key, { value }])),
  }),
});
