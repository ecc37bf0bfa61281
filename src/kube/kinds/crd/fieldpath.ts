import type { Schema } from '../../schema/schema.ts';

/** Where a path such as `.spec.x` or `.map['a.b']` leads in a schema, or why it leads nowhere. */
export type FoundPath =
  | { readonly schema: Schema; readonly keys: readonly string[]; readonly problem?: never }
  | { readonly problem: string };

const STEP = /\.([^.[\]]+)|\['((?:\\.|[^'\\])*)'\]|\[([^\]]*)\]?|(.)/y;

/** apiextensions `apiserver/schema/cel/validation.go`, ValidFieldPath. */
export function findFieldPath(path: string, root: Schema, allowsBrackets = true): FoundPath {
  let schema = root;
  const keys: string[] = [];
  for (let at = 0; at < path.length; ) {
    STEP.lastIndex = at;
    const [whole = '', name, quoted, bad, other] = STEP.exec(path) ?? [];
    if (other === '.') return { problem: 'unexpected end of JSON path' };
    if (other !== undefined) return { problem: `expected [ or . but got: ${path.slice(at)}` };
    if (name === undefined && !allowsBrackets) return { problem: 'array notation is not allowed' };
    if (bad !== undefined) return { problem: `expected single quoted string but got ${bad}` };
    const key = name ?? (quoted ?? '').replace(/\\(.)/g, '$1');
    const child = schema.properties ? ownMember(schema.properties, key) : schema.additional;
    if (!child) return { problem: 'does not refer to a valid field' };
    schema = child;
    keys.push(key);
    at += whole.length;
  }
  return { schema, keys };
}

const ownMember = (properties: Readonly<Record<string, Schema>>, key: string): Schema | undefined =>
  Object.hasOwn(properties, key) ? properties[key] : undefined;

export const fieldPathProblem = (path: string, root: Schema): string | undefined =>
  findFieldPath(path, root).problem;
