/** A type of the language. Two object types are the same when they are one value. */
export type CelType = SimpleType | ListType | MapType | TypeType | ParamType | OpaqueType | ObjectType;

type SimpleKind =
  | 'dyn'
  | 'null'
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'duration'
  | 'timestamp'
  | 'error';

/** How large a value may be, as far as its declaration says: what estimates of cost rest on (`apiserver/pkg/cel/types.go`). */
interface Sized {
  /** Characters, bytes, items or entries at most. */
  readonly maxElements?: number;
  /** Bytes of JSON at least. */
  readonly minSize?: number;
}

export interface SimpleType extends Sized {
  readonly kind: SimpleKind;
}

export interface ListType extends Sized {
  readonly kind: 'list';
  readonly element: CelType;
  /** Of data: `x-kubernetes-list-type`; sets and maps are equal in any order, and are merged by `+`. */
  readonly listType?: 'set' | 'map';
  readonly mapKeys?: readonly string[];
}

export interface MapType extends Sized {
  readonly kind: 'map';
  readonly key: CelType;
  readonly value: CelType;
}

export interface TypeType extends Sized {
  readonly kind: 'type';
  readonly of: CelType;
}

export interface ParamType extends Sized {
  readonly kind: 'param';
  readonly name: string;
}

/** `optional_type(int)`, `kubernetes.Quantity`. */
export interface OpaqueType extends Sized {
  readonly kind: 'opaque';
  readonly name: string;
  readonly params: readonly CelType[];
}

export interface ObjectType extends Sized {
  readonly kind: 'object';
  readonly name: string;
  readonly fields: ReadonlyMap<string, CelField>;
}

export interface CelField {
  readonly type: CelType;
  /** What the data calls it, where that is no name of the language: `a-b` for `a__dash__b`. */
  readonly dataName: string;
}

const simple = (kind: SimpleKind): SimpleType => ({ kind });
export const DYN = simple('dyn');
export const NULL = simple('null');
export const BOOL = simple('bool');
export const INT = simple('int');
export const UINT = simple('uint');
export const DOUBLE = simple('double');
export const STRING = simple('string');
export const BYTES = simple('bytes');
export const DURATION = simple('duration');
export const TIMESTAMP = simple('timestamp');
/** Of what has a problem already: anything may be done with it. */
export const ERROR = simple('error');

export const listType = (element: CelType, more: Omit<ListType, 'kind' | 'element'> = {}): ListType => ({
  kind: 'list',
  element,
  ...more,
});
export const mapType = (key: CelType, value: CelType, more: Sized = {}): MapType => ({
  kind: 'map',
  key,
  value,
  ...more,
});
export const opaqueType = (name: string, ...params: CelType[]): OpaqueType => ({
  kind: 'opaque',
  name,
  params,
});
export const optionalOf = (type: CelType): OpaqueType => opaqueType('optional_type', type);
export const isOptional = (type: CelType): type is OpaqueType =>
  type.kind === 'opaque' && type.name === 'optional_type';

/** A type of fields by name. */
export const objectType = (name: string, fields: Readonly<Record<string, CelType>>): ObjectType => ({
  kind: 'object',
  name,
  fields: new Map(Object.entries(fields).map(([key, type]) => [key, { type, dataName: key }])),
});

/** As cel-go prints it (`checker/format.go`): `list(int)`, `map(string, dyn)`. */
export function formatType(type: CelType): string {
  switch (type.kind) {
    case 'list':
      return `list(${formatType(type.element)})`;
    case 'map':
      return `map(${formatType(type.key)}, ${formatType(type.value)})`;
    case 'type':
      return `type(${formatType(type.of)})`;
    case 'opaque':
      return type.params.length === 0 ? type.name : `${type.name}(${type.params.map(formatType).join(', ')})`;
    case 'param':
    case 'object':
      return type.name;
    case 'error':
      return '!error!';
    case 'timestamp':
    case 'duration':
      return type.kind;
    default:
      return type.kind;
  }
}

/** What the parameters of generic functions stand for. */
export type Substitution = Map<string, CelType>;

/** The type with its parameters replaced; one that stands for nothing yet is dyn where `final`. */
export function substitute(mapping: Substitution, type: CelType, final = false): CelType {
  switch (type.kind) {
    case 'param': {
      const known = mapping.get(type.name);
      return known ? substitute(mapping, known, final) : final ? DYN : type;
    }
    case 'list': {
      const element = substitute(mapping, type.element, final);
      return element === type.element ? type : { ...type, element };
    }
    case 'map': {
      const [key, value] = [substitute(mapping, type.key, final), substitute(mapping, type.value, final)];
      return key === type.key && value === type.value ? type : { ...type, key, value };
    }
    case 'type':
      return { ...type, of: substitute(mapping, type.of, final) };
    case 'opaque':
      return type.params.length === 0
        ? type
        : { ...type, params: type.params.map((param) => substitute(mapping, param, final)) };
    default:
      return type;
  }
}

/** Whether the type has to be known yet, which inference fills in. */
export function isOpen(type: CelType): boolean {
  if (type.kind === 'list') return isOpen(type.element);
  if (type.kind === 'map') return isOpen(type.key) || isOpen(type.value);
  if (type.kind === 'opaque') return type.params.some(isOpen);
  return type.kind === 'param';
}
