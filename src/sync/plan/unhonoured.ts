import type { Problem } from '../../base/errors.ts';
import type { Manifest } from '../../render/types.ts';
import { ignoresOf } from './desired.ts';
import { applyMarks, isReplaced, unhonouredMarks } from './marks.ts';
import type { Bundle } from './types.ts';

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

/** Objects that ask to be written as a whole, and are applied because something of them is left to others. */
export function warnOfApplied(bundle: Bundle): readonly Problem[] {
  const ignoreOf = ignoresOf(bundle);
  return bundle.manifests.flatMap((manifest) => {
    const { object, origin } = manifest;
    if (!applyMarks(object).replace || isReplaced(object, ignoreOf(manifest))) return [];
    return {
      reason: 'AppliedInstead',
      message: `${object.kind} ${object.metadata.name ?? ''} is applied and not replaced: fields of it are left to others, by ignore or to an autoscaler`,
      place: origin,
      remedy: 'Take the annotation that has it replaced out, or leave none of its fields to others.',
    };
  });
}
