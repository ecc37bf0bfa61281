import type { Place } from '../../../base/place.ts';

export type Scalar = string | number | boolean | null;

interface Placed {
  /** Where it is written; of what stands under a key, the line of the key. */
  readonly place: Place;
  /** Folder that relative paths in it start from, '' for the root of the tree. */
  readonly base: string;
  /** Compose's tags of files that override others: the value goes, or replaces the one before instead of being merged. */
  readonly tag?: 'reset' | 'override';
}

export interface ScalarNode extends Placed {
  readonly kind: 'scalar';
  readonly value: Scalar;
}

export interface ListNode extends Placed {
  readonly kind: 'list';
  readonly items: readonly Node[];
}

export interface MapNode extends Placed {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Node>;
}

/** A value of a compose file that knows its place. Immutable; one that an alias repeats may stand in several places. */
export type Node = ScalarNode | ListNode | MapNode;

export const scalarAt = ({ place, base }: Node, value: Scalar): ScalarNode => ({
  kind: 'scalar',
  value,
  place,
  base,
});

export const listAt = ({ place, base }: Node, items: readonly Node[]): ListNode => ({
  kind: 'list',
  items,
  place,
  base,
});

export const mapAt = ({ place, base }: Node, entries: Iterable<readonly [string, Node]>): MapNode => ({
  kind: 'map',
  entries: new Map(entries),
  place,
  base,
});

export const isNull = (node: Node | undefined): boolean =>
  node === undefined || (node.kind === 'scalar' && node.value === null);

/** The member of a map; undefined where there is no map, no member, or a null one. */
export function member(node: Node | undefined, key: string): Node | undefined {
  const found = node?.kind === 'map' ? node.entries.get(key) : undefined;
  return isNull(found) ? undefined : found;
}

/** The members of a map in their order; none of anything else. */
export const entriesOf = (node: Node | undefined): readonly (readonly [string, Node])[] =>
  node?.kind === 'map' ? [...node.entries] : [];

/** What a person calls it in a sentence. */
export function nameOf(node: Node): string {
  if (node.kind === 'list') return 'a list';
  if (node.kind === 'map') return 'a map';
  if (node.value === null) return 'nothing';
  return typeof node.value === 'string' ? JSON.stringify(node.value.slice(0, 100)) : String(node.value);
}

/** The same node with what a key of a map adds: its place. */
export const placedAt = (node: Node, place: Place): Node => ({ ...node, place });
