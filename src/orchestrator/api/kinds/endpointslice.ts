import { ENDPOINT_SLICE } from '../../../kube/kinds/endpointslice.ts';
import type { EndpointSlice } from '../../../kube/kinds/objects.data.ts';
import { AGE, column, firstFew, NAME } from './columns.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';

export const SERVED_ENDPOINT_SLICE: ServedRow = {
  kind: ENDPOINT_SLICE,
  strategy: { ...PLAIN, generation: true },
  columns: [
    NAME,
    column<EndpointSlice>('AddressType', ({ addressType }) => addressType),
    column<EndpointSlice>('Ports', ({ ports }) =>
      firstFew(
        (ports ?? []).map((p) => String(p.port ?? '*')),
        '<unset>',
      ),
    ),
    column<EndpointSlice>('Endpoints', ({ endpoints }) =>
      firstFew(
        (endpoints ?? []).flatMap((endpoint) => endpoint.addresses),
        '<unset>',
      ),
    ),
    AGE,
  ],
  subresources: [],
};
