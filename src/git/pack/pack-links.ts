import { isOid } from '../objects/object.ts';
import type { Oid } from '../types.ts';

/**
 * What leads into a pack and out of it. Objects cannot refer to each other in a circle, because ids are hashes: whatever leads to
 * all roots of a pack leads to every object in it.
 */
export interface PackLinks {
  /** Objects of the pack that no other object of the pack refers to. */
  readonly roots: readonly Oid[];
  /** Objects outside the pack that objects of the pack refer to. */
  readonly needs: readonly Oid[];
}

/** A longer list is not worth reading. */
export const MOST_LINKS = 10_000;

/** The text of the `.links` file beside a pack; undefined where the list would be too long. */
export function encodeLinks({ roots, needs }: PackLinks): string | undefined {
  if (roots.length + needs.length > MOST_LINKS) return undefined;
  return [`links 1 ${roots.length} ${needs.length}`, ...roots, ...needs, ''].join('\n');
}

/** Undefined for a text that is incomplete; the objects themselves say the same, only slower. */
export function parseLinks(text: string): PackLinks | undefined {
  const [head = '', ...lines] = text.split('\n');
  const [, roots, needs] = /^links 1 (\d+) (\d+)$/.exec(head) ?? [];
  const oids = lines.slice(0, -1);
  const counted = Number(roots) + Number(needs) === oids.length;
  if (roots === undefined || lines.at(-1) !== '' || !counted || !oids.every(isOid)) return undefined;
  return { roots: oids.slice(0, Number(roots)), needs: oids.slice(Number(roots)) };
}
