import { ENDPOINTS } from '../../../kube/kinds/endpoints.ts';
import type { Endpoints } from '../../../kube/kinds/objects.data.ts';
import { AGE, column, firstFew, NAME, none } from './columns.ts';
import { CREATED_BY_PUT, type ServedRow } from './servedrow.ts';

export const SERVED_ENDPOINTS: ServedRow = {
  kind: ENDPOINTS,
  strategy: CREATED_BY_PUT,
  columns: [
    NAME,
    column<Endpoints>('Endpoints', (endpoints) => firstFew(addressesOf(endpoints), none(''))),
    AGE,
  ],
  subresources: [],
};

/** Ready addresses, with each port of their subset; a headless Service may have none. */
const addressesOf = ({ subsets }: Endpoints): readonly string[] =>
  (subsets ?? []).flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0
      ? addresses.map(({ ip }) => ip)
      : ports.flatMap(({ port }) =>
          addresses.map(({ ip }) => `${ip.includes(':') ? `[${ip}]` : ip}:${port}`),
        ),
  );
