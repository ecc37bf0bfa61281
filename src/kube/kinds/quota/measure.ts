import type { Amounts } from '../../values/amounts.ts';
import type { KubeObject } from '../../values/types.ts';

/** How the objects of a kind count against a quota (apiserver `pkg/quota/v1/interfaces.go`, Evaluator). */
export interface Measure {
  /** Names in `spec.hard` that these objects use. */
  readonly counts: (name: string) => boolean;
  /** What one object uses at a time (ms since the epoch). */
  readonly usage: (object: KubeObject, now: number) => Amounts;
  /** The values of a scope that the object has: none where it is outside of it; `''` where a scope has no values. */
  readonly scopeValues: (object: KubeObject, scope: string) => readonly string[];
  /** The update may use more than before. */
  readonly grows: (update: QuotaUpdate) => boolean;
  /** What the object has to say of itself where these names are limited. */
  readonly missing?: (object: KubeObject, limited: readonly string[]) => string | undefined;
}

export interface QuotaUpdate {
  readonly object: KubeObject;
  readonly live: KubeObject;
  readonly subresource?: string;
}
