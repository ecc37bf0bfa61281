import type { Blot } from '../../base/blot.ts';
import { isObject } from '../../kube/values/equal.ts';
import type { Explanation } from '../../model/explanation.ts';
import { MASK } from './explain.ts';

/** The same explanation without secrets: a value that is one becomes `***`, what else holds one is blotted. */
export function hideValues(explanation: Explanation, secrets: ReadonlySet<string>, blot: Blot): Explanation {
  const hide = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(hide);
    if (isObject(value))
      return Object.fromEntries(Object.entries(value).map(([key, member]) => [blot(key), hide(member)]));
    if (value === null || value === undefined) return value;
    // A short secret, or one that is a number, is found as a whole alone.
    if (secrets.has(String(value))) return MASK;
    return typeof value === 'string' ? blot(value) : value;
  };
  const { fields, ...rest } = explanation;
  return { ...rest, fields: fields.map((field) => hideField(field, hide)) };
}

type Field = Explanation['fields'][number];

/** Names and places are no values: a short secret may read like one of them. */
function hideField(field: Field, hide: (value: unknown) => unknown): Field {
  const read = (values: Field['values']): Field['values'] =>
    values.map((one) => ('value' in one ? { ...one, value: hide(one.value) as Field['value'] } : one));
  return {
    ...field,
    value: hide(field.value) as Field['value'],
    values: read(field.values),
    conditions: field.conditions.map((one) => ({ ...one, values: read(one.values) })),
  };
}
