import type { Result } from '../base/errors.ts';
import type { GroupVersionKind, KubeObject } from './types.ts';

export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** `metadata.name=web,spec.nodeName!=n1`, with `\\`, `\,` and `\=` as escapes. */
export function parseFieldSelector(_text: string): Result<readonly FieldRequirement[]> {
  throw new Error('signature only');
}
/** Fields by which a kind may be selected (custom resources: metadata.name and metadata.namespace). */
export function selectableFields(_gvk: GroupVersionKind): readonly string[] {
  throw new Error('signature only');
}
/** Names the first field that the kind cannot be selected by, as kube-apiserver does: `field label not supported: x`. */
export function checkFieldSelector(
  _gvk: GroupVersionKind,
  _requirements: readonly FieldRequirement[],
): string | undefined {
  throw new Error('signature only');
}
export function matchesFields(_requirements: readonly FieldRequirement[], _object: KubeObject): boolean {
  throw new Error('signature only');
}
