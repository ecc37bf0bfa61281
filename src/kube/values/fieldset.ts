import { parseBoundedJson } from './bounds.ts';
import { isObject } from './equal.ts';
import { parseJson, stringifyJson } from './json.ts';
import type { JsonObject } from './types.ts';

/**
 * One step of a field path, in the FieldsV1 notation: `f:name` (member), `k:{"name":"web"}` (item of a keyed list,
 * keys sorted), `v:"x"` (item of a set), `i:0` (index). Equal steps are equal strings.
 */
export type PathElement = string;

/**
 * A set of field paths (structured-merge-diff `fieldpath.Set`): `members` are the paths that end here,
 * `children` hold the longer ones. No child is ever empty, so a set is empty exactly when both are.
 */
export interface FieldSet {
  readonly members: ReadonlySet<PathElement>;
  readonly children: ReadonlyMap<PathElement, FieldSet>;
}

/** A set under construction; usable as a FieldSet once filled. */
export interface FieldSetDraft extends FieldSet {
  readonly members: Set<PathElement>;
  readonly children: Map<PathElement, FieldSetDraft>;
}

export const EMPTY: FieldSet = { members: new Set(), children: new Map() };

export const fieldSetDraft = (): FieldSetDraft => ({ members: new Set(), children: new Map() });

/** Adds one path; the empty path is the whole value and has no place in a set. */
export function insert(draft: FieldSetDraft, path: readonly PathElement[]): void {
  let node = draft;
  for (let i = 0; i < path.length - 1; i++) {
    const element = path[i] as PathElement;
    let child = node.children.get(element);
    if (!child) {
      child = fieldSetDraft();
      node.children.set(element, child);
    }
    node = child;
  }
  const last = path.at(-1);
  if (last !== undefined) node.members.add(last);
}

export const isEmpty = (set: FieldSet): boolean => set.members.size === 0 && set.children.size === 0;

export function has(set: FieldSet, path: readonly PathElement[]): boolean {
  const last = path.at(-1);
  if (last === undefined) return false;
  let node: FieldSet | undefined = set;
  for (let i = 0; node && i < path.length - 1; i++) node = node.children.get(path[i] as PathElement);
  return node?.members.has(last) ?? false;
}

/** The same reference comes back when `b` adds nothing. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(b)) return a;
  if (isEmpty(a)) return b;
  const members = isSubset(b.members, a.members) ? a.members : new Set([...a.members, ...b.members]);
  let children = a.children;
  for (const [element, right] of b.children) {
    const left = a.children.get(element);
    const both = left ? union(left, right) : right;
    if (both === left) continue;
    if (children === a.children) children = new Map(a.children);
    (children as Map<PathElement, FieldSet>).set(element, both);
  }
  return members === a.members && children === a.children ? a : { members, children };
}

/** Everything of all of them, in time linear in what they hold: one union after another copies what it has again and again. */
export function unionAll(sets: Iterable<FieldSet>): FieldSet {
  const all = fieldSetDraft();
  for (const set of sets) addAll(all, set);
  return all;
}

function addAll(draft: FieldSetDraft, set: FieldSet): void {
  for (const member of set.members) draft.members.add(member);
  for (const [element, child] of set.children) {
    const known = draft.children.get(element) ?? fieldSetDraft();
    draft.children.set(element, known);
    addAll(known, child);
  }
}

/** Paths of `a` that are not in `b`, each path by itself: a parent in `b` does not take its children along. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return combine(
    a,
    b,
    (member) => !b.members.has(member),
    difference,
    (child) => child,
  );
}

/** Paths of `a` that are in `b`, each path by itself. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return combine(
    a,
    b,
    (member) => b.members.has(member),
    intersection,
    () => EMPTY,
  );
}

/** Paths of `a` that neither are in `b` nor lie below one that is. */
export function exclude(a: FieldSet, b: FieldSet): FieldSet {
  const kept = (element: PathElement) => !b.members.has(element);
  return combine(a, b, kept, exclude, (child) => child, kept);
}

/** The same reference comes back when nothing falls away. */
function combine(
  a: FieldSet,
  b: FieldSet,
  keep: (member: PathElement) => boolean,
  both: (left: FieldSet, right: FieldSet) => FieldSet,
  onlyLeft: (child: FieldSet) => FieldSet,
  keepBelow: (element: PathElement) => boolean = () => true,
): FieldSet {
  let { members, children } = a;
  for (const member of a.members) {
    if (keep(member)) continue;
    if (members === a.members) members = new Set(members);
    (members as Set<PathElement>).delete(member);
  }
  for (const [element, child] of a.children) {
    const right = b.children.get(element);
    const left = !keepBelow(element) ? EMPTY : right ? both(child, right) : onlyLeft(child);
    if (left === child) continue;
    if (children === a.children) children = new Map(children);
    if (isEmpty(left)) (children as Map<PathElement, FieldSet>).delete(element);
    else (children as Map<PathElement, FieldSet>).set(element, left);
  }
  return members === a.members && children === a.children ? a : { members, children };
}

export function equalSets(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true;
  if (a.members.size !== b.members.size || a.children.size !== b.children.size) return false;
  if (!isSubset(a.members, b.members)) return false;
  for (const [element, child] of a.children) {
    const other = b.children.get(element);
    if (!other || !equalSets(child, other)) return false;
  }
  return true;
}

const isSubset = (small: ReadonlySet<PathElement>, large: ReadonlySet<PathElement>): boolean => {
  for (const member of small) if (!large.has(member)) return false;
  return true;
};

/** Every path, parents before children, elements in the order of FieldsV1. */
export function pathsOf(set: FieldSet, prefix: readonly PathElement[] = []): PathElement[][] {
  return elementsOf(set).flatMap((element) => {
    const path = [...prefix, element];
    const child = set.children.get(element);
    return [...(set.members.has(element) ? [path] : []), ...(child ? pathsOf(child, path) : [])];
  });
}

const elementsOf = ({ members, children }: FieldSet): PathElement[] =>
  (children.size === 0 ? [...members] : [...new Set([...members, ...children.keys()])]).sort();

/** `.spec.containers[name="web"].image`, as conflicts are reported. */
export function formatPath(path: readonly PathElement[]): string {
  return path.map(formatElement).join('');
}

function formatElement(element: PathElement): string {
  const content = element.slice(2);
  if (element.startsWith('f:')) return `.${content}`;
  if (element.startsWith('v:')) return `[=${content}]`;
  if (element.startsWith('i:')) return `[${content}]`;
  const keys: unknown = parseJson(content);
  const pairs = isObject(keys) ? Object.entries(keys) : [];
  return `[${pairs.map(([key, value]) => `${key}=${stringifyJson(value)}`).join(',')}]`;
}

/** Throws a SyntaxError for what is not FieldsV1. */
export function fieldSetFromV1(fieldsV1: JsonObject): FieldSet {
  const members = new Set<PathElement>();
  const children = new Map<PathElement, FieldSet>();
  for (const [key, value] of Object.entries(fieldsV1)) {
    if (key === '.') continue;
    const element = canonicalElement(key);
    if (!isObject(value)) throw new SyntaxError(`FieldsV1: ${key} is not an object`);
    const below = fieldSetFromV1(value);
    const isMember = isEmpty(below) || '.' in value;
    if (isMember) members.add(element);
    if (!isEmpty(below)) children.set(element, below);
  }
  return { members, children };
}

/** Other servers may order the keys of an element or space its JSON differently. */
function canonicalElement(key: string): PathElement {
  const content = key.slice(2);
  switch (key.slice(0, 2)) {
    case 'f:':
      return key;
    case 'i:':
      if (/^\d+$/.test(content)) return key;
      break;
    case 'v:':
      return `v:${stringifyJson(parseBoundedJson(content))}`;
    case 'k:': {
      const keys = parseBoundedJson(content);
      if (isObject(keys)) return keyElement(Object.entries(keys));
    }
  }
  throw new SyntaxError(`FieldsV1: ${key} is not a path element`);
}

/** The element of a keyed list's item. */
export function keyElement(entries: readonly (readonly [string, unknown])[]): PathElement {
  const sorted = entries.length < 2 ? entries : [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  return `k:{${sorted.map(([key, value]) => `${JSON.stringify(key)}:${stringifyJson(value)}`).join(',')}}`;
}

/** One for all ends of paths: an object of many members has as many, and each is kept, frozen and written. */
const END: JsonObject = Object.freeze({});

export function fieldSetToV1(set: FieldSet): JsonObject {
  const fields: Record<string, JsonObject> = {};
  for (const element of elementsOf(set)) {
    const child = set.children.get(element);
    if (!child) fields[element] = END;
    else
      fields[element] = set.members.has(element) ? { '.': END, ...fieldSetToV1(child) } : fieldSetToV1(child);
  }
  return fields;
}
