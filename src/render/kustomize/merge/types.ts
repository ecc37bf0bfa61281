import type { Place } from '../../../base/place.ts';
import type { MergeSchema } from '../schema/schema.ts';
import type { Node } from '../yaml/node.ts';

export interface Merged {
  readonly node: Node;
  /** A null that its author has written, and that stays. */
  readonly isKept: boolean;
}

/** undefined: nothing is left. */
export type Merge = (
  target: Node | undefined,
  patch: Node | undefined,
  schema: MergeSchema | undefined,
  place: Place,
) => Merged | undefined;
