import type { Problem } from '../../base/errors.ts';
import type { Manifest } from '../../render/types.ts';
import { unhonouredMarks } from './marks.ts';

/** What annotations ask for and is not done: each said once, with the first object that asks for it, however many do. */
export function warnOfUnhonoured(manifests: readonly Manifest[]): readonly Problem[] {
  const asked = new Map<string, Manifest[]>();
  for (const manifest of manifests)
    for (const mark of unhonouredMarks(manifest.object))
      asked.set(mark, [...(asked.get(mark) ?? []), manifest]);
  return [...asked].flatMap(([mark, [first, ...others]]) => {
    if (first === undefined) return [];
    const { kind, metadata } = first.object;
    const more = others.length > 0 ? ` and ${others.length} more` : '';
    return {
      reason: 'AnnotationNotHonoured',
      message: `${kind} ${metadata.name ?? ''}${more}: the annotation ${mark} changes nothing here`,
      place: first.origin,
      remedy:
        'docs/syncing.md says which annotations of other tools are carried out. Take it out where its absence would be missed.',
    };
  });
}
