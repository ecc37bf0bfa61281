import { deepEqual } from '../../values/equal.ts';
import {
  type FieldSet,
  type FieldSetDraft,
  fieldSetDraft,
  insert,
  isEmpty,
  type PathElement,
} from '../../values/fieldset.ts';
import { ANYTHING, memberSchema, type Schema } from '../schema.ts';
import {
  asList,
  asMap,
  fieldElement,
  isAtomic,
  itemElement,
  itemSchema,
  type NodeKind,
  nodeKind,
} from './kind.ts';

/** No path is in more than one of the three. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

export const isSame = (comparison: Comparison): boolean =>
  isEmpty(comparison.added) && isEmpty(comparison.modified) && isEmpty(comparison.removed);

/** Field by field what `after` changes of `before`; undefined is absent, null is a value (`typed/compare.go`). */
export function compare(schema: Schema, before: unknown, after: unknown): Comparison {
  const walk = new CompareWalk();
  walk.node(schema, before, after);
  return walk;
}

class CompareWalk implements Comparison {
  readonly added: FieldSetDraft = fieldSetDraft();
  readonly modified: FieldSetDraft = fieldSetDraft();
  readonly removed: FieldSetDraft = fieldSetDraft();
  readonly #path: PathElement[] = [];

  node(schema: Schema, before: unknown, after: unknown): void {
    // One object, one reference: what was not copied was not changed.
    if (before === after) return;
    const left = nodeKind(schema, before);
    const right = nodeKind(schema, after);
    let isLeaf: boolean;
    if (after === undefined) isLeaf = this.#as(left, schema, before, after);
    else if (before === undefined || left === right) isLeaf = this.#as(right, schema, before, after);
    else {
      this.#as(left, schema, before, after);
      isLeaf = this.#as(right, schema, before, after);
    }
    if (isLeaf) return;
    if (before === undefined) insert(this.added, this.#path);
    else if (after === undefined) insert(this.removed, this.#path);
  }

  /** Compares as if both were of this kind; true when the node was compared as a whole. */
  #as(kind: NodeKind, schema: Schema, before: unknown, after: unknown): boolean {
    if (kind === 'scalar') return this.#leaf(before, after);
    return kind === 'list' ? this.#list(schema, before, after) : this.#map(schema, before, after);
  }

  #leaf(before: unknown, after: unknown): true {
    if (before === undefined) insert(this.added, this.#path);
    else if (after === undefined) insert(this.removed, this.#path);
    else if (!deepEqual(before, after)) insert(this.modified, this.#path);
    return true;
  }

  #map(schema: Schema, before: unknown, after: unknown): boolean {
    const left = asMap(before) ?? {};
    const right = asMap(after) ?? {};
    // Only a leaf distinguishes empty from null.
    const isBlank = Object.keys(left).length === 0 && Object.keys(right).length === 0;
    if (isBlank || isAtomic(schema, 'map')) return this.#leaf(before, after);
    for (const key in left) this.#member(schema, key, left[key], right[key]);
    for (const key in right) if (left[key] === undefined) this.#member(schema, key, undefined, right[key]);
    return false;
  }

  #member(schema: Schema, key: string, before: unknown, after: unknown): void {
    if (before === after) return;
    this.#path.push(fieldElement(key));
    this.node(memberSchema(schema, key) ?? ANYTHING, before, after);
    this.#path.pop();
  }

  #list(schema: Schema, before: unknown, after: unknown): boolean {
    const left = asList(before) ?? [];
    const right = asList(after) ?? [];
    if ((left.length === 0 && right.length === 0) || isAtomic(schema, 'list'))
      return this.#leaf(before, after);
    const lefts = grouped(schema, left);
    const rights = grouped(schema, right);
    for (const [element, items] of lefts) this.#items(schema, element, items, rights.get(element) ?? []);
    for (const [element, items] of rights) if (!lefts.has(element)) this.#items(schema, element, [], items);
    return false;
  }

  /** Items of one key on both sides. Several of them (possible only outside apply) are one leaf. */
  #items(schema: Schema, element: PathElement, left: readonly unknown[], right: readonly unknown[]): void {
    this.#path.push(element);
    if (left.length <= 1 && right.length <= 1) {
      this.node(itemSchema(schema), left[0], right[0]);
    } else if (left.length > 1 && right.length > 1) {
      if (!deepEqual(left, right)) insert(this.modified, this.#path);
    } else if (left.length > 1) {
      if (right.length > 0) this.node(itemSchema(schema), undefined, right[0]);
      insert(this.removed, this.#path);
    } else {
      if (left.length > 0) this.node(itemSchema(schema), left[0], undefined);
      insert(this.added, this.#path);
    }
    this.#path.pop();
  }
}

function grouped(schema: Schema, items: readonly unknown[]): Map<PathElement, unknown[]> {
  const groups = new Map<PathElement, unknown[]>();
  for (const item of items) {
    const element = itemElement(schema, item);
    const group = groups.get(element);
    if (group) group.push(item);
    else groups.set(element, [item]);
  }
  return groups;
}
