import type { Place } from '../../../base/place.ts';
import { isMap } from '../truth.ts';
import { AS_ITEMS, article, Entries, problem, type WrittenMembers } from './entries.ts';
import { evaluate, resultsOf, textOf } from './interpret.ts';
import type {
  BlockMember,
  KeyedMember,
  ListNode,
  MapNode,
  Member,
  MergeMember,
  Node,
  PartialNode,
} from './nodes.ts';
import type { Scope } from './scope.ts';

export interface Evaluation {
  readonly written: WrittenMembers;
  /** What a partial gives as a value. */
  readonly partial: (call: PartialNode, context: unknown, scope: Scope) => unknown;
  /** Nodes that were evaluated so far: a few lines can ask for as many as memory holds. */
  count: number;
}

/** As many as all objects of an app may have (`manifests/bounds.ts`). */
const MOST_NODES = 300_000;

/** Absent: the key goes, the item is left out. */
const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null;

/**
 * What stands at the place of a document or an item: none where it is absent; one for each round of a block; the items of a list that
 * `<<` brings. @throws ProblemError
 */
export function itemsOf(node: Node, scope: Scope, evaluation: Evaluation): Located[] {
  if (node.kind !== 'map' || node.members.length === 0)
    return present(valueAt(node, scope, evaluation), node);
  const [first, ...others] = node.members;
  if (first?.kind === 'merge' && others.length === 0) {
    const value = valueAt(first.value, scope, evaluation);
    return Array.isArray(value) ? value.map((item) => ({ value: item, node })) : present(value, node);
  }
  if (!node.members.every((member) => member.kind === 'block'))
    return present(valueAt(node, scope, evaluation), node);
  return node.members.flatMap((block) =>
    branches(block as BlockMember, scope, (body, inner) =>
      body.kind === 'list'
        ? body.items.flatMap((item) => itemsOf(item, inner, evaluation))
        : itemsOf(body, inner, evaluation),
    ).flat(),
  );
}

/** A value, and the node that it is of. */
export interface Located {
  readonly value: unknown;
  readonly node: Node;
}

const present = (value: unknown, node: Node): Located[] =>
  value === undefined || (value === null && node.kind !== 'value') ? [] : [{ value, node }];

/** The value of a node; undefined where there is none. @throws ProblemError */
export function valueAt(node: Node, scope: Scope, evaluation: Evaluation): unknown {
  if (++evaluation.count > MOST_NODES)
    throw problem(node.place, `the template makes more than ${MOST_NODES.toLocaleString('en')} nodes`);
  switch (node.kind) {
    case 'value':
      return node.value;
    case 'expression':
      return checked(evaluate(node.expression, scope), node.place);
    case 'text':
      return textOf(node.body, scope);
    case 'partial':
      return evaluation.partial(node, partialContext(node, scope), scope);
    case 'list':
      return list(node, scope, evaluation);
    case 'map':
      return map(node, scope, evaluation);
  }
}

function partialContext({ context, hash }: PartialNode, scope: Scope): unknown {
  const given = context ? evaluate(context, scope) : scope.this;
  if (hash.length === 0) return given;
  const named = Object.fromEntries(hash.map(([key, value]) => [key, evaluate(value, scope)]));
  return isMap(given) ? { ...given, ...named } : named;
}

/** JSON has no such numbers, and no manifest could. */
function checked(value: unknown, place: Place): unknown {
  if (typeof value !== 'number' || Number.isFinite(value)) return value ?? undefined;
  throw problem(place, `the expression gives ${value}, which is not a number of JSON`);
}

function list(node: ListNode, scope: Scope, evaluation: Evaluation): unknown {
  const items = node.items.flatMap((item) => itemsOf(item, scope, evaluation));
  if (items.length === 0 && node.items.length > 0 && node.items.every(isOptional)) return undefined;
  const value = items.map((item) => item.value);
  evaluation.written.set(value, (key) => {
    const from = items[Number(key)]?.node;
    return from && { place: from.place, value: pathOf(from) };
  });
  return value;
}

/** Consists of what may be absent alone. */
const isOptional = (node: Node): boolean =>
  node.kind === 'expression' ||
  node.kind === 'partial' ||
  (node.kind === 'map' && node.members.length > 0 && node.members.every(({ kind }) => kind !== 'member'));

function map(node: MapNode, scope: Scope, evaluation: Evaluation): unknown {
  const { members } = node;
  if (members.length === 0 || members.some(({ kind }) => kind === 'member'))
    return mapOf(members, scope, evaluation);
  if (members.every(({ kind }) => kind === 'merge')) {
    const merged = mapOf(members, scope, evaluation);
    return Object.keys(merged).length === 0 ? undefined : merged;
  }
  const values = members.flatMap((member) => valuesOf(member, scope, evaluation));
  const [first, ...others] = values;
  if (first === undefined || values.every((value) => Array.isArray(value))) return first && values.flat();
  if (values.every(isMap)) return combined(values, node, evaluation);
  if (others.length === 0) return first;
  throw problem(node.place, `the blocks here give ${values.length} values where one is wanted`, AS_ITEMS);
}

/** What a block or `<<` gives, a value for each round. */
function valuesOf(member: Member, scope: Scope, evaluation: Evaluation): unknown[] {
  if (member.kind === 'member') return [];
  const values =
    member.kind === 'merge'
      ? [mergedMap(member, scope, evaluation)]
      : branches(member, scope, (body, inner) => valueAt(body, inner, evaluation));
  return values.filter((value) => !isAbsent(value));
}

/** The bodies of a block that count, each in its scope. */
function branches<T>(member: BlockMember, scope: Scope, run: (body: Node, inner: Scope) => T): T[] {
  const { block, argument, names, body, otherwise, place } = member;
  const others = (inner: Scope): T[] => {
    if (!otherwise) return [];
    return otherwise.kind === 'block' ? branches(otherwise, inner, run) : [run(otherwise, inner)];
  };
  const loc = { source: place.file, start: { line: place.line ?? 1, column: (place.column ?? 1) - 1 } };
  return resultsOf<T[]>(
    { name: block, argument, names, body: (inner) => [run(body, inner)], otherwise: others, loc },
    scope,
  ).flatMap((results) => results ?? []);
}

function combined(
  maps: readonly Readonly<Record<string, unknown>>[],
  node: Node,
  evaluation: Evaluation,
): Readonly<Record<string, unknown>> {
  const entries = new Entries();
  for (const value of maps) entries.addAll(value, node, evaluation.written);
  return entries.finish(evaluation.written);
}

function mapOf(
  members: readonly Member[],
  scope: Scope,
  evaluation: Evaluation,
): Readonly<Record<string, unknown>> {
  const entries = new Entries();
  const merged: (() => void)[] = [];
  for (const member of members) {
    const values = valuesOf(member, scope, evaluation);
    if (member.kind === 'member') addMember(entries, member, scope, evaluation);
    else if (member.kind === 'block') for (const value of values) spread(entries, member, value, evaluation);
    // What is written beside `<<` wins, and of two the first, as YAML has it (yaml.org/type/merge).
    else merged.push(...values.map((value) => () => fill(entries, member, value as object)));
  }
  for (const bring of merged) bring();
  return entries.finish(evaluation.written);
}

function addMember(entries: Entries, member: KeyedMember, scope: Scope, evaluation: Evaluation): void {
  const { key, value: node, place } = member;
  const value = valueAt(node, scope, evaluation);
  if (value === undefined) return;
  const name = typeof key === 'string' ? key : textOf(key.body, scope);
  entries.add(name, value, { place, value: pathOf(node) });
}

/** What a block brings among the members of a map. */
function spread(
  entries: Entries,
  { block, body }: BlockMember,
  value: unknown,
  evaluation: Evaluation,
): void {
  if (isMap(value)) {
    entries.addAll(value, body, evaluation.written);
    return;
  }
  throw problem(
    body.place,
    `#${block} stands among the members of a map, and gives ${article(value)}`,
    'Write members below it, or put it below the key whose value it is.',
  );
}

function fill(entries: Entries, { value: node, place }: MergeMember, value: object): void {
  for (const [key, one] of Object.entries(value))
    if (!entries.values.has(key))
      entries.add(key, one, { place, value: pathOf(node) && `${pathOf(node)}.${key}` });
}

/** What `<<` brings: the members of a map, or of several in a list. */
function mergedMap(
  { value: node, place }: MergeMember,
  scope: Scope,
  evaluation: Evaluation,
): Readonly<Record<string, unknown>> | undefined {
  const value = valueAt(node, scope, evaluation);
  if (isAbsent(value)) return undefined;
  const maps = Array.isArray(value) ? value.filter((one) => !isAbsent(one)) : [value];
  const other = maps.find((one) => !isMap(one));
  if (other !== undefined) {
    const name = pathOf(node) || 'this';
    throw problem(place, `<< takes a map, or a list of maps, and ${name} is ${article(other)}`);
  }
  return Object.assign({}, ...maps.toReversed());
}

/** The path of values that a node is, if it is one. */
const pathOf = (node: Node): string => (node.kind === 'expression' ? node.written : '');
