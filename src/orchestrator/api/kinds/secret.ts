import type { Secret } from '../../../kube/kinds/objects.ts';
import { SECRET } from '../../../kube/kinds/secret.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { AGE, column, NAME, size } from './columns.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';

export const SERVED_SECRET: ServedRow = {
  kind: SECRET,
  strategy: { ...PLAIN, normalise: foldStringData },
  columns: [
    NAME,
    column<Secret>('Type', ({ type }) => type),
    column<Secret>('Data', (s) => size(s.data)),
    AGE,
  ],
  subresources: [],
};

/** stringData is for writing only: it is folded into data and never stored. */
function foldStringData(object: KubeObject): KubeObject {
  const { stringData, ...secret } = object as Secret;
  if (stringData === undefined) return object;
  const encoded = Object.entries(stringData).map(([key, text]) => [
    key,
    Buffer.from(text).toString('base64'),
  ]);
  return { ...secret, data: { ...secret.data, ...Object.fromEntries(encoded) } };
}
