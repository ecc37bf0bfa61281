import { deepEqual } from '../../values/equal.ts';
import { type FieldError, forbidden, invalid, required, tooLong } from '../../values/fielderrors.ts';
import { configKey } from '../../values/names.ts';
import type { Json, JsonObject } from '../../values/types.ts';
import { immutable, none } from '../checks/checks.ts';
import { objectAt, textAt } from '../checks/read.ts';

const MOST_BYTES = 1024 * 1024;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export function validateConfigMap(configMap: JsonObject, old?: JsonObject): readonly FieldError[] {
  const data = objectAt(configMap, 'data');
  const binary = objectAt(configMap, 'binaryData');
  const overlapping = Object.keys(binary).filter((key) => key in data);
  return [
    ...keys(data, 'data'),
    ...keys(binary, 'binaryData'),
    ...base64(binary, 'binaryData'),
    ...overlapping.map((key) => invalid(`data[${key}]`, key, 'duplicate of key present in binaryData')),
    ...size([...Object.values(data), ...Object.values(binary)], ''),
    ...(old ? sealed(configMap, old, ['data', 'binaryData']) : none),
  ];
}

/** Keys that a Secret of a type must hold. */
const KEYS_OF_TYPE: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

export function validateSecret(secret: JsonObject, old?: JsonObject): readonly FieldError[] {
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

const keys = (values: JsonObject, field: string): readonly FieldError[] =>
  Object.keys(values).flatMap((key) => {
    const problem = configKey(key);
    return problem ? [invalid(`${field}[${key}]`, key, problem)] : [];
  });

/** The value stays out of the message: it may be a secret that somebody forgot to encode. */
const base64 = (values: JsonObject, field: string): readonly FieldError[] =>
  Object.entries(values)
    .filter(([, value]) => typeof value === 'string' && !BASE64.test(value.replace(/[\r\n]/g, '')))
    .map(([key]) =>
      invalid(
        `${field}[${key}]`,
        '***',
        'must be base64; put plain text under stringData of a Secret or data of a ConfigMap',
      ),
    );

function size(values: readonly Json[], field: string): readonly FieldError[] {
  const bytes = values.reduce<number>(
    (sum, value) => sum + (typeof value === 'string' ? Buffer.byteLength(value) : 0),
    0,
  );
  return bytes > MOST_BYTES ? [tooLong(field, MOST_BYTES)] : none;
}

function sealed(object: JsonObject, old: JsonObject, fields: readonly string[]): readonly FieldError[] {
  if (old.immutable !== true) return none;
  const problem = 'field is immutable when `immutable` is set';
  return [
    ...(object.immutable === true ? none : [forbidden('immutable', problem)]),
    ...fields
      .filter((field) => !deepEqual(object[field], old[field]))
      .map((field) => forbidden(field, problem)),
  ];
}
