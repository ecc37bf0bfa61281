import type { Context } from '../../engine.ts';
import type { Parts } from '../types.ts';

/** What an expression sees where it stands. */
export interface Scope {
  readonly this: unknown;
  /** What `../` leads to. */
  readonly outer?: Scope;
  /** Block parameters of here and around. */
  readonly names: ReadonlyMap<string, unknown>;
  /** `@key`, `@index`, `@first`, `@last` of the innermost `#each`. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly root: Context;
  readonly parts: Parts;
}

export const scopeOf = (context: unknown, root: Context, parts: Parts): Scope => ({
  this: context,
  names: new Map(),
  data: {},
  root,
  parts,
});

/** The scope of a block's body; its parameters and data go on top of those around. */
export const within = (
  outer: Scope,
  context: unknown,
  names: readonly (readonly [string, unknown])[],
  data?: Readonly<Record<string, unknown>>,
): Scope => ({
  ...outer,
  this: context,
  outer,
  names: names.length === 0 ? outer.names : new Map([...outer.names, ...names]),
  data: data ?? outer.data,
});

function up(scope: Scope, depth: number): Scope | undefined {
  let at: Scope | undefined = scope;
  for (let i = 0; i < depth && at; i++) at = at.outer;
  return at;
}

/** What a path leads to; undefined where it leads nowhere. Own members only: no value has a prototype here. */
export function lookUp(path: hbs.AST.PathExpression, scope: Scope): unknown {
  const { data, depth, parts, original } = path;
  const [head = '', ...rest] = parts;
  const from = up(scope, depth);
  if (data) return walk(head === 'root' ? scope.root : own(from?.data, head), rest);
  const isScoped = depth > 0 || /^(?:this\b|\.)/.test(original);
  if (!isScoped && scope.names.has(head)) return walk(scope.names.get(head), rest);
  return walk(from?.this, parts);
}

const walk = (value: unknown, parts: readonly string[]): unknown =>
  parts.reduce<unknown>((at, part) => own(at, part), value);

function own(value: unknown, key: string): unknown {
  if (value === undefined || value === null || !Object.hasOwn(Object(value), key)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}
