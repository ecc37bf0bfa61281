import { isObject } from '../values/equal.ts';
import { type FieldError, required } from '../values/fielderrors.ts';
import type { JsonObject } from '../values/types.ts';
import { immutable, none } from './checks/checks.ts';
import { base64, keys, sealed, size } from './checks/data.ts';
import { objectAt, textAt } from './checks/read.ts';
import { SECRETS } from './resources.data.ts';
import type { KindRow } from './row.ts';
import { plainFields } from './selectable.ts';

export const SECRET: KindRow = {
  resource: SECRETS,
  applyOrder: 80,
  validate: validateSecret,
  defaults: { 'core.v1.Secret': { members: { type: 'Opaque' }, complete: foldStringData } },
  selectable: plainFields('type'),
  recreatable: ['data', 'type', 'immutable'],
};

/** stringData is only a way to write: it is folded into data and never stored. */
function foldStringData(secret: JsonObject): JsonObject {
  if (!isObject(secret.stringData)) return secret;
  const { stringData, ...rest } = secret;
  const encoded = Object.entries(objectAt(secret, 'stringData')).map(([key, text]) => [
    key,
    Buffer.from(String(text ?? '')).toString('base64'),
  ]);
  return { ...rest, data: { ...objectAt(secret, 'data'), ...Object.fromEntries(encoded) } };
}

/** Keys that a Secret of a type must hold. */
const KEYS_OF_TYPE: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

function validateSecret(secret: JsonObject, old?: JsonObject): readonly FieldError[] {
  const data = objectAt(secret, 'data');
  const missing = (KEYS_OF_TYPE[textAt(secret, 'type')] ?? []).filter((key) => data[key] === undefined);
  return [
    ...keys(data, 'data'),
    ...base64(data, 'data'),
    ...size(Object.values(data), 'data'),
    ...missing.map((key) => required(`data[${key}]`)),
    ...(old ? immutable('type', secret.type, old.type) : none),
    ...(old ? sealed(secret, old, ['data']) : none),
  ];
}
