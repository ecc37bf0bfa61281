import type { Json } from '../../kube/values/types.ts';

/**
 * A notation for kinds: each shape is a structural schema (apiextensions v1) as a value, and the TypeScript type of what that admits. So
 * a kind is described once, and its CustomResourceDefinition and its type cannot part.
 */
export interface Shape<T> {
  readonly schema: Schema;
  /** For the compiler alone: there is no such member. */
  readonly type?: T;
}

export type Schema = Readonly<Record<string, unknown>>;

/** The type of what a shape admits. */
export type Infer<S> = S extends Shape<infer T> ? T : never;

const shape = <T>(schema: Schema): Shape<T> => ({ schema });

export const string = shape<string>({ type: 'string' });
export const integer = shape<number>({ type: 'integer', format: 'int64' });
export const count = shape<number>({ type: 'integer', format: 'int64', minimum: 1 });
export const boolean = shape<boolean>({ type: 'boolean' });
/** RFC 3339. */
export const time = shape<string>({ type: 'string', format: 'date-time' });
/** A text that an RE2 expression matches, of at most `most` characters. */
export const textLike = (pattern: string, most: number): Shape<string> =>
  shape({ type: 'string', pattern, maxLength: most });
/** Whatever JSON it is: the server keeps it as it came. */
export const json = shape<Json>({ 'x-kubernetes-preserve-unknown-fields': true });

export const oneOf = <const T extends string>(values: readonly T[]): Shape<T> =>
  shape({ type: 'string', enum: [...values] });

export const list = <T>({ schema }: Shape<T>): Shape<readonly T[]> => shape({ type: 'array', items: schema });

/** A list whose items are told apart by members: server-side apply merges them one by one. */
export const listBy = <T>(keys: readonly (keyof T & string)[], items: Shape<T>): Shape<readonly T[]> =>
  shape({
    ...list(items).schema,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': [...keys],
  });

export const mapOf = <T>({ schema }: Shape<T>): Shape<Readonly<Record<string, T>>> =>
  shape({ type: 'object', additionalProperties: schema });

interface Optional<T> extends Shape<T> {
  readonly presence: 'optional';
}

/** A member that may be absent. */
export const optional = <T>({ schema }: Shape<T>): Optional<T> => ({ schema, presence: 'optional' });

interface Written<T> extends Shape<T> {
  readonly presence: 'written';
}

/** A member that Pilotage always writes, so that its readers find it; the schema does not demand it of other writers. */
export const written = <T>({ schema }: Shape<T>): Written<T> => ({ schema, presence: 'written' });

export type Members = Readonly<
  Record<string, Shape<unknown> & { readonly presence?: 'optional' | 'written' }>
>;

type Flat<T> = { [K in keyof T]: T[K] };

export type ObjectOf<M extends Members> = Flat<
  { readonly [K in keyof M as M[K] extends Optional<unknown> ? never : K]: Infer<M[K]> } & {
    readonly [K in keyof M as M[K] extends Optional<unknown> ? K : never]?: Infer<M[K]>;
  }
>;

export function object<const M extends Members>(members: M): Shape<ObjectOf<M>> {
  const required = Object.keys(members).filter((name) => members[name]?.presence === undefined);
  return shape({
    type: 'object',
    properties: schemasOf(members),
    ...(required.length > 0 ? { required } : {}),
  });
}

/**
 * One of several objects, told apart by `type`. A structural schema has one list of members, so it admits those of each beside any type;
 * the TypeScript type is exact.
 */
export function oneOfTypes<const V extends Readonly<Record<string, Members>>>(
  variants: V,
): Shape<{ [K in keyof V]: Flat<{ readonly type: K } & ObjectOf<V[K]>> }[keyof V]> {
  const members = Object.assign({}, ...Object.values(variants)) as Members;
  return shape({
    type: 'object',
    properties: { type: oneOf(Object.keys(variants)).schema, ...schemasOf(members) },
    required: ['type'],
  });
}

const schemasOf = (members: Members): Readonly<Record<string, Schema>> =>
  Object.fromEntries(Object.entries(members).map(([name, { schema }]) => [name, schema]));
