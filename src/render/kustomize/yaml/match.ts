import { compileRegex, type Regex } from '../../../kube/values/pattern.ts';
import { isIndex, itemSelector } from './lookup.ts';
import { isMissing, type Kind, map, Node, scalar } from './node.ts';

/** A path cannot be followed; who asked for it says where. */
export class PathError extends Error {}

/**
 * Everything that a path leads to: members by name, items by index, by expression (`[name=web]`) or all (`*`). What is absent is made
 * where `create` says what it is to be (kyaml `yaml/match.go`). @throws PathError
 */
export function match(node: Node, path: readonly string[], create: Kind | undefined): Node[] {
  const [part, ...rest] = path;
  if (part === undefined) return [node];
  if (isIndex(part)) return matchIndex(node, Number(part), rest, create);
  if (part.startsWith('[') && part.endsWith(']')) return matchItems(node, part, rest, create);
  if (part === '*') return itemsOf(node).flatMap((item) => match(item, rest, create));
  return matchField(node, part, rest, create);
}

function itemsOf(node: Node): Node[] {
  if (isMissing(node)) return [];
  if (node.kind === 'list') return node.items;
  throw new PathError(`there is no list, but a ${node.kind === 'map' ? 'map' : 'single value'}`);
}

/** What has to be made for the next part of a path. */
const kindFor = (next: string | undefined, create: Kind): Kind =>
  next === undefined ? create : isIndex(next) || /^\[.*\]$/s.test(next) ? 'list' : 'map';

function matchIndex(node: Node, index: number, rest: readonly string[], create: Kind | undefined): Node[] {
  const items = itemsOf(node);
  if (items.length === index && create) items.push(new Node(kindFor(rest[0], create)));
  const item = items[index];
  if (!item) throw new PathError(`there is no item ${index}, but ${items.length} items`);
  return match(item, rest, create);
}

function matchItems(node: Node, part: string, rest: readonly string[], create: Kind | undefined): Node[] {
  const selector = itemSelector(part);
  if (!selector) throw new PathError(`${part} must be [field=value] to select an item`);
  const { key, value } = selector;
  const pattern = regexOf(value);
  const select = (): Node[] =>
    itemsOf(node).flatMap((item) => {
      const field = key === '' ? item : item.fields.get(key);
      if (field === undefined || !pattern.test(field.text)) return [];
      return key === '' ? [item] : match(item, rest, create);
    });
  const found = select();
  if (found.length > 0 || !create) return found;
  itemsOf(node).push(key === '' ? scalar(value) : map([[key, scalar(value)]]));
  return select();
}

function regexOf(pattern: string): Regex {
  const compiled = compileRegex(pattern);
  if (compiled.ok) return compiled.value;
  throw new PathError(`${pattern} is not a regular expression: ${compiled.problems[0].message}`);
}

function matchField(node: Node, name: string, rest: readonly string[], create: Kind | undefined): Node[] {
  if (isMissing(node)) return [];
  if (node.kind !== 'map')
    throw new PathError(
      `there is no map with a member ${name}, but a ${node.kind === 'list' ? 'list' : 'single value'}`,
    );
  let field = node.fields.get(name);
  if (!field) {
    if (!create) return [];
    field = new Node(kindFor(rest[0], create));
    node.fields.set(name, field);
  }
  return match(field, rest, create);
}
