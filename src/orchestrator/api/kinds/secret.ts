import type { Secret } from '../../../kube/kinds/objects.data.ts';
import { SECRET } from '../../../kube/kinds/secret.ts';
import { AGE, column, NAME, size } from './columns.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';

export const SERVED_SECRET: ServedRow = {
  kind: SECRET,
  strategy: PLAIN,
  columns: [
    NAME,
    column<Secret>('Type', ({ type }) => type),
    column<Secret>('Data', (s) => size(s.data)),
    AGE,
  ],
  subresources: [],
};
