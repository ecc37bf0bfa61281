import type { Overload } from './overload.ts';
import type { CelType } from './types.ts';
import {
  CelList,
  CelMap,
  CelObject,
  Duration,
  Opaque,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './values.ts';

/** The overload whose parameters the values are of: of values without a declared type it is known only now. */
export function dispatch(overloads: readonly Overload[], args: readonly Value[]): Overload | undefined {
  for (const overload of overloads) {
    if (overload.params.every((param, i) => isOf(args[i] as Value, param))) return overload;
  }
  return undefined;
}

function isOf(value: Value, type: CelType): boolean {
  switch (type.kind) {
    case 'bool':
      return typeof value === 'boolean';
    case 'int':
      return typeof value === 'bigint';
    case 'uint':
      return value instanceof Uint;
    case 'double':
      return typeof value === 'number';
    case 'string':
      return typeof value === 'string';
    case 'bytes':
      return value instanceof Uint8Array;
    case 'null':
      return value === null;
    case 'timestamp':
      return value instanceof Timestamp;
    case 'duration':
      return value instanceof Duration;
    case 'list':
      return value instanceof CelList && isListOf(value, type.element);
    case 'map':
      return value instanceof CelMap;
    case 'object':
      return value instanceof CelObject;
    case 'type':
      return value instanceof TypeValue;
    case 'opaque':
      if (type.name === 'optional_type') return value instanceof Optional;
      return value instanceof Opaque && value.type.name === type.name;
    default:
      return true;
  }
}

/** The first element stands for all: literals are homogeneous, and data is of its declared type. */
const isListOf = (list: CelList, element: CelType): boolean => list.size === 0 || isOf(list.at(0), element);

/** The name of a value's type, as `type(x)` shows it. */
export function typeNameOf(value: Value): string {
  if (value === null) return 'null_type';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'double';
  if (typeof value === 'string') return 'string';
  if (value instanceof Uint) return 'uint';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp';
  if (value instanceof Duration) return 'google.protobuf.Duration';
  if (value instanceof CelList) return 'list';
  if (value instanceof CelMap) return 'map';
  if (value instanceof Optional) return 'optional_type';
  if (value instanceof TypeValue) return 'type';
  if (value instanceof CelObject) return value.typeName;
  return value instanceof Opaque ? value.type.name : 'error';
}
