import { changedTree } from '../../base/changedtree.ts';
import { failed, ok, type Problem, type Result } from '../../base/errors.ts';
import type { FileTree } from '../../base/filetree.ts';
import { type ImageChange, imageText } from '../../model/imagereference.ts';
import { fullName } from '../../model/names.ts';
import type { Environment } from '../../model/types.ts';
import { clientOf } from '../cluster/access.ts';
import type { PassParts } from '../pass/parts.ts';
import { renderNow } from '../pass/prepare.ts';
import { sameInputs } from '../source/inputs.ts';
import { treeAt } from '../source/source.ts';
import { unbuiltImages } from '../source/unbuilt.ts';
import { containersOf } from './containers.ts';
import { type EditParts, editImage, type ImageEdit } from './edit.ts';

/** What a commit has to change so that an environment has other images. No edits: it has them. */
export interface ImageEdits {
  readonly edits: readonly ImageEdit[];
  /** The files that change, as they are to be. */
  readonly contents: ReadonlyMap<string, Buffer>;
  readonly before: ReadonlyMap<string, Buffer>;
}

/**
 * Finds where images are written at a revision, and writes others there. Renders, writes nothing. Every environment that follows the same
 * branch has to render from the same as before, but for this one.
 */
export async function imageEdits(
  options: PassParts,
  environment: Environment,
  { revision, changes }: { readonly revision: string; readonly changes: readonly ImageChange[] },
  signal: AbortSignal,
): Promise<Result<ImageEdits>> {
  const { delivery } = environment.spec;
  const found = await treeAt(await options.repository(delivery), delivery, revision);
  if (!found.ok) return found;
  const parts = await partsFor(options, environment, revision, signal);
  let tree = found.value;
  const all: ImageEdit[] = [];
  for (const change of changes) {
    const edited = await editImage(parts, tree, change);
    if (!edited.ok) return edited;
    tree = edited.value.tree;
    all.push(...edited.value.edits);
  }
  const lost = all.find(({ name, file, line, to }) =>
    all.some((one) => one.name !== name && one.file === file && one.line === line && one.to !== to),
  );
  if (lost) return failed(contradicts(lost, changes));
  const shared = await sharedWith(options, environment, found.value, tree);
  if (shared.length > 0) return failed(sharedFile(environment, shared, all[0]));
  const files = [...new Set(all.map(({ file }) => file))];
  return ok({ edits: all, contents: contentsOf(tree, files), before: contentsOf(found.value, files) });
}

const contentsOf = (tree: FileTree, files: readonly string[]): ReadonlyMap<string, Buffer> =>
  new Map(files.map((file) => [file, Buffer.from(tree.read(file) ?? [])]));

async function partsFor(
  options: PassParts,
  environment: Environment,
  target: string,
  signal: AbortSignal,
): Promise<EditParts> {
  const client = await clientOf(options, environment);
  const release = options.releases
    .of(environment.spec)
    .find(({ spec: { number } }) => number === environment.status?.release);
  const buildImages = unbuiltImages(release?.spec.images ?? {});
  return {
    reads: (tree, file) => {
      const changed = changedTree(tree, new Map([[file, Buffer.from('\0')]]));
      return !sameInputs(inputsOf(environment), tree, changed);
    },
    render: async (tree, explain) => {
      const rendering: PassParts = {
        ...options,
        buildImages,
        ...(explain ? { render: (request) => options.render({ ...request, explain }) } : {}),
      };
      const request = { environment, target, keeps: false, report: () => {}, signal };
      const sourced = await renderNow(rendering, client, request, ok(tree));
      if (!sourced.ok) return sourced;
      const { bundle, explanation } = sourced.value;
      const containers = containersOf(bundle.manifests.map(({ object }) => object));
      return ok({ containers, ...(explanation ? { explanation } : {}) });
    },
  };
}

const inputsOf = ({ spec }: Environment) => ({ ...spec, buildsImages: spec.cluster === undefined });

/** Other environments of the same branch that would be rendered from something else. */
async function sharedWith(
  { environments }: PassParts,
  environment: Environment,
  before: FileTree,
  after: FileTree,
): Promise<readonly string[]> {
  if (before === after) return [];
  const { delivery, branch } = environment.spec;
  return (await environments.read())
    .filter(({ spec }) => spec.delivery === delivery && spec.branch === branch)
    .filter((one) => fullName(one) !== fullName(environment))
    .filter((one) => !sameInputs(inputsOf(one), before, after))
    .map(fullName);
}

const sharedFile = (
  environment: Environment,
  others: readonly string[],
  edit: ImageEdit | undefined,
): Problem => ({
  reason: 'ImageShared',
  message: `What has the image of ${fullName(environment)} is read by ${others.join(', ')} too, of the same branch`,
  ...(edit ? { place: { file: edit.file, line: edit.line } } : {}),
  remedy: `Write the image in a file that ${environment.spec.environment} alone reads, such as its own values.`,
});

const contradicts = ({ name, file, line }: ImageEdit, changes: readonly ImageChange[]): Problem => ({
  reason: 'Ambiguous',
  message: `Two of the images are written in one place, the one of ${name} among them`,
  place: { file, line },
  details: changes.map((change) => `${change.name}=${imageText(change.reference)}`),
  remedy: 'Set them one after the other, or give each a value of its own.',
});
