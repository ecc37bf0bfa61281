import { ENDPOINT_SLICE } from '../../../kube/kinds/endpointslice.ts';
import type { EndpointSlice } from '../../../kube/kinds/objects.data.ts';
import { AGE, column, NAME } from './columns.ts';
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

/** Three at most: `10.0.0.1,10.0.0.2,10.0.0.3 + 2 more...`. */
function firstFew(items: readonly string[], empty: string): string {
  if (items.length === 0) return empty;
  const more = items.length - 3;
  return items.slice(0, 3).join(',') + (more > 0 ? ` + ${more} more...` : '');
}
