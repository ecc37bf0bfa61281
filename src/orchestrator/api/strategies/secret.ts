import type { Secret } from '../../../kube/kinds/objects.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import type { Strategy } from '../kinds/kind.ts';

/** stringData is for writing only: it is folded into data and never stored. */
export const SECRET_STRATEGY: Strategy = {
  status: false,
  generation: false,
  normalise: foldStringData,
};

function foldStringData(object: KubeObject): KubeObject {
  const { stringData, ...secret } = object as Secret;
  if (stringData === undefined) return object;
  const encoded = Object.entries(stringData).map(([key, text]) => [
    key,
    Buffer.from(text).toString('base64'),
  ]);
  return { ...secret, data: { ...secret.data, ...Object.fromEntries(encoded) } };
}
