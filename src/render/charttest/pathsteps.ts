import type { Json } from '../../kube/values/types.ts';

/** From one node to those that a part of a path leads to. */
export type Step = (node: Json, root: Json) => readonly Json[];

/** `..` finds a node once for every node above it: no document is worth more. */
const MOST_FOUND = 100_000;

export function follow(steps: readonly Step[], root: Json, from: Json = root): readonly Json[] {
  let nodes: readonly Json[] = [from];
  for (const step of steps) {
    nodes = nodes.flatMap((node) => step(node, root));
    if (nodes.length > MOST_FOUND) return [];
  }
  return nodes;
}
