import { isObject } from '../../kube/values/equal.ts';
import type { Json } from '../../kube/values/types.ts';
import type { Origin, ValueRead } from '../../model/explanation.ts';

/** `Values.image.tag`, `Values.hosts[0]`, `Values.labels."app.kubernetes.io/name"` */
export const dotted = ([first = '', ...path]: readonly string[]): string =>
  first +
  path
    .map((key) => (/^\d+$/.test(key) ? `[${key}]` : `.${/^[\w-]+$/.test(key) ? key : JSON.stringify(key)}`))
    .join('');

/** Of a value that is written as a whole, the part that a field at a pointer has: the longest end of the pointer that leads anywhere in it. */
export function partOf(value: Json, pointer: string): readonly string[] {
  const keys = pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const ends = keys.map((_, i) => keys.slice(i));
  return ends.find((end) => memberAt(value, end) !== undefined) ?? [];
}

export function memberAt(value: Json | undefined, path: readonly (string | number)[]): Json | undefined {
  return path.reduce<Json | undefined>((at, key) => {
    if (Array.isArray(at)) return at[Number(key)];
    return isObject(at) && Object.hasOwn(at, key) ? (at[key] as Json) : undefined;
  }, value);
}

/** Of a map that is passed on as a whole, its name says enough. */
const LONGEST = 500;

export const small = (value: Json): Pick<ValueRead, 'value'> =>
  JSON.stringify(value).length > LONGEST ? {} : { value };

export const NO_ORIGIN: Origin = { writers: [], values: [], conditions: [], changes: [] };

/** Knows where the fields of one object come from. */
export interface Provenance {
  /** By JSON pointer; undefined for a field that its source does not have. */
  field(pointer: string): Origin | undefined;
}
