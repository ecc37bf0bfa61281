import type { Place } from '../../../base/place.ts';
import { type MergeSchema, schemaOfItems } from '../schema/schema.ts';
import { fieldOf, isEmpty, isEmptyMap, isMissing, list, type Node, scalar, setField } from '../yaml/node.ts';
import type { Merge, Merged } from './types.ts';

export interface ListMerge {
  /** May be the patch itself. */
  readonly target: Node;
  readonly patch: Node | undefined;
  readonly schema: MergeSchema;
  /** []: the items are scalars. */
  readonly keys: readonly string[];
  readonly place: Place;
}

type Values = readonly string[];

/**
 * Merges lists whose items are told apart by keys, items of the patch first (kyaml `walk/associative_sequence.go`). Where a list has
 * several keys, as ports have, those count that any item has, and an item without one of them is the one that has the others alike.
 */
export function mergeItems(request: ListMerge, mergeNodes: Merge): Node | undefined {
  const { target, patch, schema, place } = request;
  const isScalar = request.keys.length === 0;
  const keys = isScalar ? [''] : request.keys;
  const all = unique(
    [patch, target].flatMap((node) => node?.items.map((item) => valuesOf(item, keys)) ?? []),
  );
  const values = keys.length > 1 ? joined(all) : all;
  const added = list();
  let last: readonly string[] = [];
  for (const one of values) {
    const known = knownKeys(values, one, keys);
    last = known.keys;
    const [ours, theirs] = [target, patch].map((node) => node && findItem(node, known));
    const merged = mergeNodes(ours, theirs, schemaOfItems(schema), place);
    if (isMissing(merged?.node) || isEmptyMap(merged.node)) {
      setItem(target, undefined, known);
      continue;
    }
    if (!isScalar) completeKeys(merged, known);
    setItem(added, merged.node, known);
  }
  if (values.length === 0) return target;
  for (const item of [...target.items]) appendItem(added, item, last);
  return added;
}

interface Keys {
  readonly keys: readonly string[];
  readonly values: Values;
}

function valuesOf(item: Node, keys: readonly string[]): Values {
  if (keys[0] === '') return [item.text];
  return keys.map((key) => {
    const field = fieldOf(item, key);
    return field === undefined || isEmpty(field) ? '' : field.text;
  });
}

function unique(all: readonly Values[]): Values[] {
  const seen = new Set<string>();
  return all.filter((values) => {
    const text = JSON.stringify(values);
    return !seen.has(text) && seen.add(text);
  });
}

/** Values that differ only in what one of them lacks become the same. */
function joined(all: Values[]): Values[] {
  const values = [...all];
  for (let i = 0; i < values.length; i++) {
    const first = values[i] ?? [];
    for (let j = 0; j < values.length; j++) {
      const both = join(first, values[j] ?? []);
      if (!both) continue;
      values[i] = both;
      values[j] = both;
    }
  }
  return values;
}

function join(a: Values, b: Values): Values | undefined {
  if (!a.some((value, i) => value === b[i])) return undefined;
  if (a.some((value, i) => value !== b[i] && value !== '' && b[i] !== '')) return undefined;
  return a.map((value, i) => value || (b[i] ?? ''));
}

/** The keys that some item has; all of them where none has any. */
function knownKeys(all: readonly Values[], values: Values, keys: readonly string[]): Keys {
  const isKnown = keys.map((_, i) => all.some((one) => (one[i] ?? '') !== ''));
  if (!isKnown.includes(true)) return { keys, values };
  return { keys: keys.filter((_, i) => isKnown[i]), values: values.filter((_, i) => isKnown[i]) };
}

/** The first item that has all of the values; keys without a value do not count. */
function findItem(node: Node, wanted: Keys): Node | undefined {
  const { keys, values } = knownKeys([wanted.values], wanted.values, wanted.keys);
  if (keys[0] === '') return node.items.find((item) => item.text === values[0]);
  return node.items.find(
    (item) => item.kind === 'map' && keys.every((key, i) => item.fields.get(key)?.text === values[i]),
  );
}

function completeKeys({ node }: Merged, { keys, values }: Keys): void {
  for (const [i, key] of keys.entries()) {
    const value = values[i] ?? '';
    if (node.kind === 'map' && !node.fields.has(key) && value !== '') setField(node, key, scalar(value));
  }
}

/** Whether an item has these values: a value that is '' or missing needs but the key (kyaml `ElementSetter`). */
function hasValues(item: Node, { keys, values }: Keys): boolean {
  if (keys[0] === '') return item.text === values[0];
  if (values.length === 0) return false;
  return keys.every((key, i) => {
    const value = values[i];
    if (value === undefined) return true;
    const field = fieldOf(item, key);
    return field !== undefined && (value === '' || field.text === value);
  });
}

/** Puts an item in the place of those that have the values, or at the end; undefined removes them. Empty items go. */
function setItem(node: Node, element: Node | undefined, wanted: Keys): void {
  let isFound = false;
  const needsMap = wanted.keys[0] !== '' && wanted.values[0] !== '' && wanted.values.length > 0;
  node.items = node.items.flatMap((item) => {
    if (isEmptyMap(item)) return [];
    if (item.kind !== 'map' && needsMap) return [item];
    if (!hasValues(item, wanted)) return wanted.values.length > 0 ? [item] : [];
    isFound = true;
    return element ? [element] : [];
  });
  if (element && !isFound) node.items.push(element);
}

function appendItem(node: Node, item: Node, keys: readonly string[]): void {
  if (keys[0] === '') {
    setItem(node, item, { keys, values: [item.text] });
    return;
  }
  const values: string[] = [];
  for (const key of keys) {
    const field = fieldOf(item, key);
    if (field) values.push(field.text);
    else node.items.push(item);
  }
  if (keys.length > 1) setItem(node, undefined, { keys, values });
  setItem(node, item, { keys, values });
}
