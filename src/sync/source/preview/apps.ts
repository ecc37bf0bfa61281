import { type FileTree, readText } from '../../../base/filetree.ts';
import { appsOf } from '../../../model/apps.ts';
import type { AppEntry, DeliveryFile } from '../../../model/deliveryfile.ts';
import type { PreviewTerms } from '../../../model/types.ts';

/** What is rendered, as the environment that it is for or that its preview is made of. */
export interface AppsRequest {
  readonly delivery: string;
  readonly environment: string;
  readonly path: string;
  readonly preview?: PreviewTerms | undefined;
}

/** Lies over the values of the environment where the policy names no other files and the branch has it. */
const CONVENTIONAL = 'values/preview.yaml';

/** Files of values that lie over those of the environment. */
export function overlaysOf(tree: FileTree, { path, preview }: Pick<AppsRequest, 'path' | 'preview'>) {
  if (preview === undefined) return [];
  if (preview.values !== undefined) return preview.values;
  const file = path === '' ? CONVENTIONAL : `${path}/${CONVENTIONAL}`;
  return tree.read(file) === undefined ? [] : [file];
}

/** The apps of an environment; those of a preview are its base's, with the values of previews over its own. */
export function appsFor(
  file: DeliveryFile | undefined,
  tree: FileTree,
  request: AppsRequest,
): readonly AppEntry[] {
  const { delivery, environment, path, preview } = request;
  const apps = appsOf(file, tree, path, { delivery, environment: preview?.base ?? environment });
  const over = overlaysOf(tree, request);
  return over.length === 0 ? apps : apps.map((app) => ({ ...app, values: [...app.values, ...over] }));
}

/** `${host}`, `${slug}` and `${namespace}` of the preview, in its values files. */
export function withPreviewValues(
  tree: FileTree,
  request: Pick<AppsRequest, 'path' | 'preview'> & { readonly namespace: string },
): FileTree {
  const { preview, namespace } = request;
  if (preview === undefined) return tree;
  const words: Readonly<Record<string, string>> = {
    ...(preview.host ? { host: preview.host } : {}),
    slug: preview.slug,
    namespace,
  };
  const changed = new Map<string, Uint8Array>();
  for (const path of overlaysOf(tree, request)) {
    const text = readText(tree, path);
    const filled = text?.replace(/\$\{(host|slug|namespace)\}/g, (all, word: string) => words[word] ?? all);
    if (filled !== undefined && filled !== text) changed.set(path, Buffer.from(filled));
  }
  if (changed.size === 0) return tree;
  const digestOf = (path: string): string | undefined => {
    const before = tree.digest(path);
    const touches = [...changed.keys()].some(
      (one) => path === '' || one === path || one.startsWith(`${path}/`),
    );
    return before === undefined || !touches ? before : `${before} ${JSON.stringify(words)}`;
  };
  return {
    paths: tree.paths,
    read: (path) => changed.get(path) ?? tree.read(path),
    digest: digestOf,
  };
}
