import { type FieldSet, fieldSetDraft, insert, type PathElement } from '../../values/fieldset.ts';
import { ANYTHING, memberSchema, type Schema } from '../schema.ts';
import { asList, asMap, fieldElement, isAtomic, itemElement, itemSchema, nodeKind } from './kind.ts';

/** The fields that a configuration speaks of: its leaves, atomic nodes, list items and map keys (`typed/tofieldset.go`). */
export function fieldsOf(schema: Schema, value: unknown): FieldSet {
  const set = fieldSetDraft();
  const path: PathElement[] = [];

  const visit = (node: Schema, current: unknown): void => {
    const kind = nodeKind(node, current);
    if (kind === 'scalar' || isAtomic(node, kind)) insert(set, path);
    else if (kind === 'list') visitItems(node, asList(current) ?? []);
    else visitMembers(node, asMap(current) ?? {});
  };

  const visitItems = (node: Schema, items: readonly unknown[]): void => {
    const elements = items.map((item) => itemElement(node, item));
    const seen = new Set<PathElement>();
    const duplicates = new Set(elements.filter((element) => seen.size === seen.add(element).size));
    items.forEach((item, i) => {
      path.push(elements[i] as PathElement);
      // Duplicate items are owned together, as one leaf.
      if (!duplicates.has(path.at(-1) as PathElement)) visit(itemSchema(node), item);
      insert(set, path);
      path.pop();
    });
  };

  const visitMembers = (node: Schema, members: Readonly<Record<string, unknown>>): void => {
    for (const key in members) {
      const child = members[key];
      if (child === undefined) continue;
      path.push(fieldElement(key));
      visit(memberSchema(node, key) ?? ANYTHING, child);
      const isEmptyMap = child !== null && asMap(child) !== undefined && Object.keys(child).length === 0;
      const isDeclared = node.properties !== undefined && Object.hasOwn(node.properties, key);
      if (child === null || isEmptyMap || !isDeclared) insert(set, path);
      path.pop();
    }
  };

  visit(schema, value);
  return set;
}

/**
 * Declared members that lie on the way to a path of the set become paths themselves (`EnsureNamedFieldsAreMembers`),
 * so that taking everything out of a struct takes the struct out too.
 */
export function withNamedParents(schema: Schema | undefined, set: FieldSet): FieldSet {
  const members = new Set(set.members);
  const children = new Map<PathElement, FieldSet>();
  for (const [element, child] of set.children) {
    const key = element.startsWith('f:') ? element.slice(2) : undefined;
    if (key !== undefined && schema?.properties && Object.hasOwn(schema.properties, key))
      members.add(element);
    const below = schema && (key === undefined ? schema.items : memberSchema(schema, key));
    children.set(element, withNamedParents(below, child));
  }
  return { members, children };
}
