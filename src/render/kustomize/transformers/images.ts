import { compileRegex, type Regex } from '../../../kube/values/pattern.ts';
import type { FieldSpec } from '../config/types.ts';
import type { ImageArgs } from '../kustomization/fields.ts';
import type { Resource } from '../resource/resource.ts';
import { fieldOf, type Node, scalar } from '../yaml/node.ts';
import { changeFields } from './fieldspec.ts';

/** Sets name, tag and digest of images of a name (api `filters/imagetag`, `internal/image`). */
export function setImage(
  resources: readonly Resource[],
  args: ImageArgs,
  fields: readonly FieldSpec[],
): void {
  const pattern = imagePattern(args.name ?? '');
  if (!pattern) return;
  const change = (node: Node): void => update(node, args, pattern);
  for (const resource of resources) {
    if (resource.kind === 'CustomResourceDefinition') continue;
    changeContainers(resource.node, change);
    changeFields(resource, fields, change);
  }
}

/** The name is a regular expression to kustomize; one that cannot be read matches nothing. */
function imagePattern(name: string): Regex | undefined {
  const compiled = compileRegex(
    `^${name}(:[a-zA-Z0-9_.{}-]*)?(@[a-zA-Z0-9]+([.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{}-]*)?$`,
  );
  return compiled.ok ? compiled.value : undefined;
}

const LISTS = new Set(['containers', 'initContainers']);

/** Whatever is called `containers` has images, wherever it stands. */
function changeContainers(node: Node, change: (node: Node) => void): void {
  for (const [key, value] of node.fields) {
    changeContainers(value, change);
    if (!LISTS.has(key)) continue;
    for (const item of value.items) {
      const image = fieldOf(item, 'image');
      if (image) change(image);
    }
  }
  for (const item of node.items) changeContainers(item, change);
}

function update(node: Node, args: ImageArgs, pattern: Regex): void {
  if (node.kind !== 'scalar' || !pattern.test(node.text)) return;
  const old = splitImage(node.text);
  const { tag, digest } = newTag(old, args);
  const name = args.newName || old.name;
  node.become(scalar(`${name}${tag ? `:${tag}` : ''}${digest ? `@${digest}` : ''}`));
}

interface Image {
  readonly name: string;
  readonly tag: string;
  readonly digest: string;
}

/** A new tag or digest takes the place of both. */
function newTag({ tag, digest }: Image, args: ImageArgs): { tag: string; digest: string } {
  if (args.newTag || args.digest) return { tag: args.newTag ?? '', digest: args.digest ?? '' };
  if (args.tagSuffix) return { tag: tag + args.tagSuffix, digest: '' };
  return { tag, digest };
}

/** A colon before the first slash is that of a port. */
export function splitImage(image: string): Image {
  const from = Math.max(0, image.indexOf('/'));
  const at = image.indexOf('@', from);
  const colon = image.indexOf(':', from);
  if (at < 0 && colon < 0) return { name: image, tag: '', digest: '' };
  if (at >= 0 && (colon < 0 || at < colon))
    return { name: image.slice(0, at), tag: '', digest: image.slice(at + 1) };
  if (at >= 0)
    return { name: image.slice(0, colon), tag: image.slice(colon + 1, at), digest: image.slice(at + 1) };
  return { name: image.slice(0, colon), tag: image.slice(colon + 1), digest: '' };
}
