import { isMissing, type Node } from './node.ts';

const SELECTOR = /^\[([^=]*)=(.*)\]$/s;

/** `[name=web]` → name, web; `[=x]`: an item that is the text x. */
export function itemSelector(part: string): { readonly key: string; readonly value: string } | undefined {
  const [, key, value] = SELECTOR.exec(part) ?? [];
  return key === undefined || value === undefined ? undefined : { key, value };
}

export const isIndex = (part: string): boolean => /^\+?\d+$/.test(part);

/** What a path leads to: members by name, items by index, `-` (the last) or selector (kyaml `PathGetter`); nothing is made. */
export function lookup(node: Node, path: readonly string[]): Node | undefined {
  let found: Node | undefined = node;
  for (const part of path.map((one) => one.trim()).filter((one) => one !== '')) {
    if (isMissing(found)) return undefined;
    found = step(found, part);
  }
  return found;
}

function step(node: Node, part: string): Node | undefined {
  if (isIndex(part)) return node.kind === 'list' ? node.items[Number(part)] : undefined;
  if (part === '-') return node.items.at(-1);
  const selector = itemSelector(part);
  if (!selector) return node.fields.get(part);
  const { key, value } = selector;
  return node.items.find((item) => (key === '' ? item.text : item.fields.get(key)?.text) === value);
}
