import { EMPTY, type FieldSet } from '../../values/fieldset.ts';
import { ANYTHING, memberSchema, type Schema } from '../schema.ts';
import { asList, asMap, fieldElement, isAtomic, itemElement, itemSchema, nodeKind } from './kind.ts';

/** The value without the paths of the set; undefined when nothing is left (`typed/remove.go`). */
export function remove(schema: Schema, value: unknown, paths: FieldSet): unknown {
  const kind = nodeKind(schema, value);
  if (kind === 'scalar') return value;
  if (isAtomic(schema, kind)) return undefined;
  return kind === 'list' ? removeItems(schema, value, paths) : removeMembers(schema, value, paths);
}

function removeItems(schema: Schema, value: unknown, paths: FieldSet): unknown {
  const kept: unknown[] = [];
  for (const item of asList(value) ?? []) {
    const element = itemElement(schema, item);
    if (paths.members.has(element)) continue;
    const below = paths.children.get(element) ?? EMPTY;
    const rest = below === EMPTY ? item : remove(itemSchema(schema), item, below);
    if (rest !== undefined) kept.push(rest);
  }
  return kept.length > 0 ? kept : undefined;
}

function removeMembers(schema: Schema, value: unknown, paths: FieldSet): unknown {
  const kept: Record<string, unknown> = {};
  let size = 0;
  const members = asMap(value) ?? {};
  for (const key in members) {
    const element = fieldElement(key);
    if (paths.members.has(element)) continue;
    const below = paths.children.get(element) ?? EMPTY;
    const rest =
      below === EMPTY ? members[key] : remove(memberSchema(schema, key) ?? ANYTHING, members[key], below);
    // A member that is not itself removed stays as null, and keeps its owners. Defaulting drops it where null means absent.
    kept[key] = rest === undefined ? null : rest;
    size++;
  }
  return size > 0 ? kept : undefined;
}
