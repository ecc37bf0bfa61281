import { blotter, spellings } from '../../base/blot.ts';
import { type FieldDiff, memberPath } from '../../kube/rules/diff.ts';
import { isObject } from '../../kube/values/equal.ts';
import type { KubeObject } from '../../kube/values/types.ts';

/** An object, and the paths of its leaves that hold what a repository has sealed. */
export interface WithSealed {
  readonly object: KubeObject;
  readonly sealed?: readonly string[];
}

/**
 * Hides the values at sealed paths of either side, and of what is around them; that they changed is still seen. Items of a list move when one is added
 * or removed, so where a list holds something sealed, the same member of all its items is hidden.
 */
export function maskSealed(
  diffs: readonly FieldDiff[],
  sides: readonly (WithSealed | undefined)[],
): FieldDiff[] {
  const sealed = sides.flatMap((side) => side?.sealed ?? []).map(anyItem);
  return diffs.map((diff) => {
    const path = anyItem(diff.path);
    const isHidden = sealed.some(
      (one) => one === path || one.startsWith(`${path}.`) || one.startsWith(`${path}[`),
    );
    return isHidden
      ? { ...diff, before: shown(diff.before, 'before'), after: shown(diff.after, 'after') }
      : diff;
  });
}

const anyItem = (path: string): string => path.replace(/\[\d+\]/g, '[]');

const shown = (value: unknown, side: string): string | undefined =>
  value === undefined ? undefined : `*** (${side})`;

/** A message about an object without what is sealed in it: servers repeat values that they refuse. */
export function blotSealed(message: string, { object, sealed }: WithSealed): string {
  if (!sealed?.length) return message;
  const paths = new Set(sealed);
  const texts: string[] = [];
  const visit = (value: unknown, path: string): void => {
    if (Array.isArray(value)) for (const [i, item] of value.entries()) visit(item, `${path}[${i}]`);
    else if (isObject(value)) for (const key of Object.keys(value)) visit(value[key], memberPath(path, key));
    else if (paths.has(path)) texts.push(String(value));
  };
  visit(object, '');
  return blotter(texts.flatMap(spellings))(message);
}
