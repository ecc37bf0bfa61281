/** Comments that say which scalar an image is written in: our own, and those that Flux's image automation reads. */
import type { EditableScalar, ScalarEdit } from '../../kube/values/yaml-edit.ts';
import { type ImageChange, imageText } from '../../model/imagereference.ts';

/** What of an image stands in a scalar; 'all': the whole reference. */
type Part = 'all' | 'name' | 'tag' | 'digest';

export interface Mark {
  readonly names: readonly string[];
  readonly part: Part;
}

const PARTS: readonly string[] = ['name', 'tag', 'digest'];

/**
 * `{"pilotage.dev/image": "web"}`, with `:tag`, `:name` or `:digest` behind; `{"$imagepolicy": "ns:web:tag"}` (Flux: image automation,
 * "Configure image update for custom resources"), which goes by `web` and by `ns:web`.
 */
export function markOf(comment: string | undefined): Mark | undefined {
  if (!comment?.startsWith('{')) return undefined;
  let said: unknown;
  try {
    said = JSON.parse(comment);
  } catch {
    return undefined;
  }
  const { 'pilotage.dev/image': own, $imagepolicy: flux } = said as Record<string, unknown>;
  if (typeof own === 'string') {
    const [name = '', part = 'all'] = own.split(':');
    return isPart(part) ? { names: [name], part } : undefined;
  }
  if (typeof flux !== 'string') return undefined;
  const [namespace = '', name = '', part = 'all'] = flux.split(':');
  return isPart(part) ? { names: [name, `${namespace}:${name}`], part } : undefined;
}

const isPart = (text: string): text is Part => text === 'all' || PARTS.includes(text);

export interface Marked {
  readonly scalar: EditableScalar;
  readonly part: Part;
}

export const markedFor = (scalars: readonly EditableScalar[], { name }: ImageChange): Marked[] =>
  scalars.flatMap((scalar) => {
    const mark = markOf(scalar.comment);
    return mark?.names.includes(name) ? [{ scalar, part: mark.part }] : [];
  });

/** What is written into each; undefined where the image does not have that part. */
export function editsOfMarks(
  marked: readonly Marked[],
  { reference }: ImageChange,
): readonly ScalarEdit[] | undefined {
  const { repository, tag, digest } = reference;
  const hasDigest = marked.some(({ part }) => part === 'digest');
  const hasName = marked.some(({ part }) => part === 'name');
  const written: Readonly<Record<Part, string | undefined>> = {
    all: imageText(reference),
    name: repository,
    // Where nothing else takes the digest, the tag has it: `repository:tag@sha256:…` is one image for ever.
    tag: tag !== undefined && digest !== undefined && hasName && !hasDigest ? `${tag}@${digest}` : tag,
    digest,
  };
  const edits = marked.flatMap(({ scalar, part }) => {
    const to = written[part];
    return to === undefined ? [] : [{ scalar, to }];
  });
  return edits.length === marked.length ? edits : undefined;
}
