import type { EditableScalar, ScalarEdit } from '../../kube/values/yaml-edit.ts';
import type { ExplainedField } from '../../model/explanation.ts';
import { type ImageReference, imageText, splitReference } from '../../model/imagereference.ts';

/** Scalars of a file of the tree; none where it is no YAML. */
export type ScalarsOf = (file: string) => readonly EditableScalar[];

interface Candidate {
  /** Where the image was found, for people. */
  readonly edits: readonly ScalarEdit[];
}

/**
 * What could be written so that a field has another image, likeliest first. They are guesses from where the field comes from; whoever uses
 * one renders again and looks.
 */
export function candidatesFor(
  field: ExplainedField,
  wanted: ImageReference,
  scalarsOf: ScalarsOf,
): readonly Candidate[] {
  const image = typeof field.value === 'string' ? field.value : '';
  const now = splitReference(image);
  const at = (
    place: { readonly file: string; readonly line?: number } | undefined,
    texts: readonly string[],
  ) =>
    place
      ? scalarsOf(place.file).filter(({ line, text }) => line === place.line && texts.includes(text))
      : [];
  const whole = [
    ...field.values.flatMap(({ place }) => at(place, [image])),
    ...field.writers.flatMap(({ place }) => at(place, [image])),
  ];
  const parts = (text: string | undefined) =>
    text === undefined ? [] : field.values.flatMap(({ place }) => at(place, [text]));
  const names = parts(now.repository);
  const tags = [...parts(now.tag), ...(now.digest && now.tag ? parts(`${now.tag}@${now.digest}`) : [])];
  const digests = now.digest
    ? parts(now.digest)
    : field.values.filter(({ name }) => /digest"?$/i.test(name)).flatMap(({ place }) => at(place, ['']));
  return [
    ...(whole.length > 0 ? [written(whole, imageText(wanted))] : []),
    ...splitCandidates({ names, tags, digests }, now, wanted),
  ];
}

const written = (scalars: readonly EditableScalar[], to: string): Candidate => ({
  edits: scalars.map((scalar) => ({ scalar, to })),
});

interface Parts {
  readonly names: readonly EditableScalar[];
  readonly tags: readonly EditableScalar[];
  readonly digests: readonly EditableScalar[];
}

/** Where a name, a tag and perhaps a digest stand apart. */
function splitCandidates(
  { names, tags, digests }: Parts,
  now: ImageReference,
  { repository, tag, digest }: ImageReference,
): Candidate[] {
  const isMoved = now.repository !== repository;
  const renamed = isMoved ? written(names, repository).edits : [];
  const both = tag !== undefined && digest !== undefined ? `${tag}@${digest}` : undefined;
  const found: ScalarEdit[][] = [];
  if (digests.length > 0 && digest !== undefined)
    found.push([
      ...renamed,
      ...written(digests, digest).edits,
      ...(tag === undefined ? [] : written(tags, tag).edits),
    ]);
  const inTag = both ?? tag;
  if (tags.length > 0 && inTag !== undefined)
    found.push([
      ...renamed,
      ...(now.digest ? written(digests, '').edits : []),
      ...written(tags, inTag).edits,
    ]);
  return found.map((edits) => ({ edits }));
}

/** An entry of `images` of a kustomization that sets the image. */
export function kustomizationCandidates(
  scalars: readonly EditableScalar[],
  image: string,
  name: string,
  wanted: ImageReference,
): readonly Candidate[] {
  const entries = new Map<string, Map<string, EditableScalar>>();
  for (const scalar of scalars) {
    const [, index, key] = /^\/images\/(\d+)\/(\w+)$/.exec(scalar.pointer) ?? [];
    if (index === undefined || key === undefined) continue;
    const at = `${scalar.document} ${index}`;
    entries.set(at, (entries.get(at) ?? new Map()).set(key, scalar));
  }
  const now = splitReference(image);
  return [...entries.values()].flatMap((entry) => {
    const own = entry.get('name')?.text;
    const newName = entry.get('newName');
    if (own !== name && (newName?.text ?? own) !== now.repository) return [];
    return splitCandidates(
      {
        names: newName ? [newName] : [],
        tags: [entry.get('newTag')].filter((one) => one !== undefined),
        digests: [entry.get('digest')].filter((one) => one !== undefined),
      },
      now,
      wanted,
    );
  });
}
