import { isObject } from '../../values/equal.ts';
import { type FieldError, invalid, required, tooLong } from '../../values/fielderrors.ts';
import { stringifyJson } from '../../values/json.ts';
import type { Json, JsonObject } from '../../values/types.ts';
import { none } from '../checks/checks.ts';
import { objectAt, textAt } from '../checks/read.ts';
import { bytesOf, driverName } from '../checks/storage.ts';

/** Bytes of JSON that a driver may be given, and may report. */
const MOST_BYTES = 10 * 1024;

/** An object that only a driver understands; what is `stored` already may be longer. */
export function rawObject(value: Json | undefined, field: string, stored = false): readonly FieldError[] {
  if (value === undefined || value === null) return [required(field)];
  if (!stored && bytesOf(stringifyJson(value) ?? '') > MOST_BYTES) return [tooLong(field, MOST_BYTES)];
  return isObject(value) ? none : [invalid(field, '<value omitted>', 'must be a valid JSON object')];
}

/** What a driver is told of a device. */
export function deviceConfiguration(self: JsonObject, at: string, stored = false): readonly FieldError[] {
  const opaque = objectAt(self, 'opaque');
  if (self.opaque === undefined) return [required(`${at}.opaque`)];
  return [
    ...driverName(textAt(opaque, 'driver'), `${at}.opaque.driver`),
    ...rawObject(opaque.parameters, `${at}.opaque.parameters`, stored),
  ];
}
