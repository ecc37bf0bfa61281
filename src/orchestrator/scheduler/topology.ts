import type { NodeInfo } from './nodeinfo.ts';
import type { Alike, View } from './view.ts';

/** Numbers by domain: by the label of nodes that makes one, and the value that they have in common. */
export interface Domains {
  add(key: string, info: NodeInfo, amount: number): void;
  /** 0 where the node has no such label. */
  at(key: string, info: NodeInfo): number;
  /** All numbers of a node's domains together. */
  sum(info: NodeInfo): number;
  /** Nothing was ever added that is still there. */
  readonly isEmpty: boolean;
}

export function createDomains(): Domains {
  const numbers = new Map<string, Map<string, number>>();
  return {
    add(key, { labels }, amount) {
      const value = labels[key];
      if (value === undefined || amount === 0) return;
      const known = numbers.get(key) ?? new Map<string, number>();
      const next = (known.get(value) ?? 0) + amount;
      if (next === 0) known.delete(value);
      else known.set(value, next);
      if (known.size === 0) numbers.delete(key);
      else numbers.set(key, known);
    },
    at(key, { labels }) {
      const value = labels[key];
      return value === undefined ? 0 : (numbers.get(key)?.get(value) ?? 0);
    },
    sum({ labels }) {
      let total = 0;
      for (const [key, values] of numbers) {
        const value = labels[key];
        if (value !== undefined) total += values.get(value) ?? 0;
      }
      return total;
    },
    get isEmpty() {
      return numbers.size === 0;
    },
  };
}

/** The nodes that have some of the pods, and how many. */
export function* nodesOf({ on }: Alike, view: View): Iterable<readonly [NodeInfo, number]> {
  for (const [name, count] of on) {
    const info = view.node(name);
    if (info) yield [info, count];
  }
}
