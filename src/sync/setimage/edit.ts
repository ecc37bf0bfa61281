import { changedTree } from '../../base/changedtree.ts';
import { failed, ok, type Problem, type Result } from '../../base/errors.ts';
import { type FileTree, readText } from '../../base/filetree.ts';
import {
  type EditableScalar,
  editableScalars,
  editScalars,
  type ScalarEdit,
} from '../../kube/values/yaml-edit.ts';
import type { ExplainedField, ExplainRequest, Explanation } from '../../model/explanation.ts';
import { type ImageChange, imageText, splitReference } from '../../model/imagereference.ts';
import { PILOTAGE_FILE } from '../../model/pilotagefile.ts';
import { candidatesFor, kustomizationCandidates } from './candidates.ts';
import { containerName, meantBy, type RenderedContainer } from './containers.ts';
import { editsOfMarks, markedFor } from './marks.ts';

/** What a tree renders to. */
export interface Rendering {
  readonly containers: readonly RenderedContainer[];
  readonly explanation?: Explanation;
}

export interface EditParts {
  readonly render: (tree: FileTree, explain?: ExplainRequest) => Promise<Result<Rendering>>;
  /** Whether the environment is rendered from a file. */
  readonly reads: (tree: FileTree, file: string) => boolean;
}

/** A scalar that got another text. */
export interface ImageEdit {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly from: string;
  readonly to: string;
}

export interface Edited {
  readonly tree: FileTree;
  readonly edits: readonly ImageEdit[];
}

/** A change renders its environment a few times; no repository makes it more. */
const MOST_RENDERS = 12;
const MARKERS = ['pilotage.dev/image', '$imagepolicy'];

/**
 * The tree in which an image is another one: where a marker says so, else where the field of the container comes from. What is found without
 * a marker is proved: the result is rendered, and has exactly the wanted image there and no other image changed.
 */
export async function editImage(
  parts: EditParts,
  tree: FileTree,
  change: ImageChange,
): Promise<Result<Edited>> {
  const marked = change.workload === undefined ? await byMarks(parts, tree, change) : undefined;
  return marked ?? byProvenance(parts, tree, change);
}

async function byMarks(
  { render, reads }: EditParts,
  tree: FileTree,
  change: ImageChange,
): Promise<Result<Edited> | undefined> {
  const marked = tree.paths
    .filter((path) => /\.ya?ml$/.test(path))
    .filter((path) => MARKERS.some((marker) => tree.read(path) && bytesOf(tree, path).includes(marker)))
    .flatMap((path) => markedFor(scalarsIn(tree, path), change))
    .filter(({ scalar }) => scalar.file === PILOTAGE_FILE || reads(tree, scalar.file));
  const [first] = marked;
  if (!first) return undefined;
  const own = marked.find(({ scalar }) => scalar.file === PILOTAGE_FILE);
  if (own) return failed(notInPilotageFile(own.scalar));
  const edits = editsOfMarks(marked, change);
  if (!edits) return failed(partMissing(first.scalar, change));
  const edited = applied(tree, change.name, edits);
  if (!edited.ok || edited.value.edits.length === 0) return edited;
  const rendered = await render(edited.value.tree);
  return rendered.ok ? edited : rendered;
}

async function byProvenance(parts: EditParts, tree: FileTree, change: ImageChange): Promise<Result<Edited>> {
  const wanted = imageText(change.reference);
  let now: Edited = { tree, edits: [] };
  const first = await parts.render(tree);
  if (!first.ok) return first;
  let { containers } = first.value;
  const isMeant = meantBy(change);
  const meant = containers.filter(isMeant);
  const problem = meantProblem(change, meant, containers);
  if (problem) return failed(problem);
  for (let renders = 0; ; ) {
    const next = containers.find((one) => isMeant(one) && one.image !== wanted);
    if (!next) return ok(now);
    const request = { kind: next.kind, name: next.object, field: next.field };
    const explained = await parts.render(now.tree, request);
    if (!explained.ok) return explained;
    const field = explained.value.explanation?.fields[0];
    const found = candidatesOf(now.tree, field, next, change);
    let refusal: Problem | undefined;
    let accepted: { edited: Edited; rendering: Rendering } | undefined;
    for (const edits of found) {
      if (accepted || ++renders > MOST_RENDERS) break;
      const edited = applied(now.tree, change.name, edits);
      if (!edited.ok) {
        refusal ??= edited.problems[0];
        continue;
      }
      const after = await parts.render(edited.value.tree);
      if (!after.ok) continue;
      const others = othersChanged(containers, after.value.containers, isMeant);
      if (others.length > 0) refusal ??= changesOthers(edits, others);
      else if (imageOf(after.value.containers, next) === wanted)
        accepted = { edited: edited.value, rendering: after.value };
    }
    if (!accepted) return failed(refusal ?? noPlace(change, next, field));
    now = { tree: accepted.edited.tree, edits: [...now.edits, ...accepted.edited.edits] };
    containers = accepted.rendering.containers;
  }
}

function candidatesOf(
  tree: FileTree,
  field: ExplainedField | undefined,
  container: RenderedContainer,
  change: ImageChange,
): readonly (readonly ScalarEdit[])[] {
  const known = new Map<string, readonly EditableScalar[]>();
  const scalarsOf = (file: string) => {
    const found = known.get(file) ?? (file === PILOTAGE_FILE ? [] : scalarsIn(tree, file));
    known.set(file, found);
    return found;
  };
  const explained = field ? candidatesFor(field, change.reference, scalarsOf) : [];
  // A service of a compose project is placed as a whole.
  const files = [...new Set(field?.writers.map(({ place }) => place.file))];
  const composed = files
    .flatMap((file) => scalarsOf(file))
    .filter(({ pointer }) => pointer === `/services/${container.container}/image`)
    .filter(({ text }) => text === container.image)
    .map((scalar) => [{ scalar, to: imageText(change.reference) }]);
  const kustomized = tree.paths
    .filter((path) => /(^|\/)(kustomization\.ya?ml|Kustomization)$/.test(path))
    .flatMap((path) =>
      kustomizationCandidates(scalarsOf(path), container.image, change.name, change.reference),
    );
  return [...[...explained, ...kustomized].map(({ edits }) => edits), ...composed];
}

function applied(tree: FileTree, name: string, edits: readonly ScalarEdit[]): Result<Edited> {
  const real = edits.filter(({ scalar, to }) => scalar.text !== to);
  const contents = new Map<string, Uint8Array>();
  for (const file of new Set(real.map(({ scalar }) => scalar.file))) {
    const text = readText(tree, file) ?? '';
    if (!Buffer.from(text).equals(bytesOf(tree, file))) return failed(notText(file));
    const own = real.filter(({ scalar }) => scalar.file === file);
    // The same scalar may be found in more than one way.
    const edited = editScalars(
      text,
      own.filter((one, i) => own.findIndex(({ scalar }) => scalar.from === one.scalar.from) === i),
    );
    if (!edited.ok) return edited;
    contents.set(file, Buffer.from(edited.value));
  }
  return ok({
    tree: contents.size > 0 ? changedTree(tree, contents) : tree,
    edits: real.map(({ scalar: { file, line, text }, to }) => ({ name, file, line, from: text, to })),
  });
}

const bytesOf = (tree: FileTree, path: string): Buffer => {
  const bytes = tree.read(path) ?? new Uint8Array();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
};

/** A template that looks like YAML and is none has no place of its own. */
function scalarsIn(tree: FileTree, path: string): readonly EditableScalar[] {
  const found = editableScalars(readText(tree, path) ?? '', path);
  return found.ok ? found.value : [];
}

const imageOf = (containers: readonly RenderedContainer[], wanted: RenderedContainer): string | undefined =>
  containers.find((one) => containerName(one) === containerName(wanted) && one.field === wanted.field)?.image;

function othersChanged(
  before: readonly RenderedContainer[],
  after: readonly RenderedContainer[],
  isMeant: (one: RenderedContainer) => boolean,
): readonly string[] {
  return before.filter((one) => !isMeant(one) && imageOf(after, one) !== one.image).map(containerName);
}

function meantProblem(
  { name, workload }: ImageChange,
  meant: readonly RenderedContainer[],
  all: readonly RenderedContainer[],
): Problem | undefined {
  if (meant.length === 0)
    return {
      reason: 'ImageNotFound',
      message: `No container ${workload ? `${workload}:` : ''}${name} is rendered, and no marker names it`,
      details: all.slice(0, 20).map((one) => `${containerName(one)}  ${one.image}`),
      remedy: `Name one of these containers; or write # {"pilotage.dev/image": "${name}"} behind the value that has the image.`,
    };
  const repositories = new Set(meant.map(({ image }) => splitReference(image).repository));
  if (repositories.size < 2) return undefined;
  return {
    reason: 'Ambiguous',
    message: `Several containers are called ${name}, and have different images`,
    details: meant.slice(0, 20).map((one) => `${containerName(one)}  ${one.image}`),
    remedy: `Say which: ${meant[0] ? containerName(meant[0]) : ''}=IMAGE.`,
  };
}

function noPlace(
  change: ImageChange,
  container: RenderedContainer,
  field: ExplainedField | undefined,
): Problem {
  const { name, reference } = change;
  const place = field?.values.find((one) => one.place)?.place ?? field?.writers[0]?.place;
  const line = place?.line === undefined ? '' : `:${place.line}`;
  const from = place ? `; its image ${container.image} comes from ${place.file}${line}` : '';
  const needsTag = reference.tag === undefined && splitReference(container.image).tag !== undefined;
  return {
    reason: 'NoPlaceForImage',
    message: `There is no single value to write so that ${containerName(container)} has ${imageText(reference)}${from}`,
    ...(place ? { place } : {}),
    ...(needsTag
      ? {
          details: [
            'What is rendered puts a tag behind the name: name a tag beside the digest, REPOSITORY:TAG@sha256:….',
          ],
        }
      : {}),
    remedy: `Either write the image as one value that the template uses as it is, or write # {"pilotage.dev/image": "${name}"} (or "${name}:tag", "${name}:name", "${name}:digest") behind the values that make it.`,
  };
}

const changesOthers = (edits: readonly ScalarEdit[], others: readonly string[]): Problem => {
  const { file = '', line = 0 } = edits[0]?.scalar ?? {};
  return {
    reason: 'ImageShared',
    message: 'The value that has this image is that of other containers, too',
    place: { file, line },
    details: others,
    remedy: 'Give each image a value of its own; or mark the value, if all of them are meant.',
  };
};

const notInPilotageFile = ({ file, line }: EditableScalar): Problem => ({
  reason: 'NotEditable',
  message: 'pilotage.yaml says what an environment is; no program writes it',
  place: { file, line },
  remedy: 'Mark a values file, a manifest or a kustomization.',
});

const partMissing = ({ file, line }: EditableScalar, { name, reference }: ImageChange): Problem => ({
  reason: 'ImagePartMissing',
  message: `The markers of ${name} ask for a part that ${imageText(reference)} does not have`,
  place: { file, line },
  remedy: `Name tag and digest, REPOSITORY:TAG@sha256:…; or mark one value as a whole: # {"pilotage.dev/image": "${name}"}.`,
});

const notText = (file: string): Problem => ({
  reason: 'NotEditable',
  message: 'The file is not UTF-8',
  place: { file },
  remedy: 'Save it as UTF-8.',
});
